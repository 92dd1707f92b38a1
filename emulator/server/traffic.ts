import type { Socket } from "node:net";

/** Bytes, counted from the emulator's side. */
export type Traffic = { readonly connections: number; readonly received: number; readonly sent: number };

/** Counts below TLS, because that is what goes over the network. */
export function countTraffic(server: {
  on: (event: "connection", opened: (socket: Socket) => void) => void;
}): () => Traffic {
  const open = new Set<Socket>();
  let ended: Traffic = { connections: 0, received: 0, sent: 0 };
  const plus = (sum: Traffic, { bytesRead, bytesWritten }: Socket): Traffic => ({
    connections: sum.connections + 1,
    received: sum.received + bytesRead,
    sent: sum.sent + bytesWritten,
  });
  server.on("connection", (socket) => {
    open.add(socket);
    socket.once("close", () => {
      open.delete(socket);
      ended = plus(ended, socket);
    });
  });
  return () => [...open].reduce(plus, ended);
}
