"""The official client (azure-ai-ml) reads back data and a model that the action registered, and registers its own."""

import os
import tempfile
import warnings

warnings.filterwarnings("ignore")

from azure.ai.ml.entities import Data, Model  # noqa: E402
from azure.ai.ml.exceptions import AssetPathException  # noqa: E402
from azure.core.exceptions import HttpResponseError  # noqa: E402
from promises import end, promiser  # noqa: E402
from workspace import connected  # noqa: E402

promise = promiser("azure-ai-ml, assets")
client = connected(show_progress=False)

data = client.data.get("our-table", version="1")
promise("reads the type and path of data that the action registered", lambda: data.type == "uri_file" and data.path.endswith("/table.csv"))
promise("reads its description and tags", lambda: data.description == "of the action" and data.tags == {"rows": "2"})
promise("reads it by its label", lambda: client.data.get("our-table", label="latest").version == "1")
promise("lists its versions", lambda: [one.version for one in client.data.list("our-table")] == ["1"])
model = client.models.get("our-model", version="3")
promise("reads the model that the action registered", lambda: model.type == "custom_model" and model.path.endswith("/clf"))
promise("reads its properties", lambda: model.properties["trained-by"] == "nobody")
promise("reads the newest version of the model", lambda: client.models.get("our-model", label="latest").version == "3")

with tempfile.TemporaryDirectory() as folder:
    table = os.path.join(folder, "table.csv")
    with open(table, "w", encoding="utf-8") as file:
        file.write("a,b\n1,2\n")
    same = Data(name="our-table", version="1", type="uri_file", path=table, description="of the action", tags={"rows": "2"})
    promise("gives the same bytes the same address", lambda: client.data.create_or_update(same).path == data.path)
    client.data.create_or_update(Data(name="py-table", type="uri_file", path=table))
    client.models.create_or_update(Model(name="py-model", path=table, tags={"of": "the client"}))
    with open(table, "a", encoding="utf-8") as file:
        file.write("3,4\n")

    def change():
        """Other bytes under a version that is there."""
        try:
            client.data.create_or_update(Data(name="our-table", version="1", type="uri_file", path=table))
        except (AssetPathException, HttpResponseError) as error:
            return "cannot be updated" in str(error) or isinstance(error, AssetPathException)
        return False

    promise("cannot put other bytes under a version", change)

client.data.create_or_update(Data(name="py-archived", version="1", type="uri_file", path=data.path))
client.data.archive("py-archived", version="1")
promise("finds what it archived no more in a list", lambda: not list(client.data.list("py-archived")))
end()
