/** What the examples of `examples/targets/` read from the step's environment. */
export const exampleSecrets: Readonly<Record<string, string>> = {
  DSVM_PASSWORD: "Correct-horse-battery-9",
  HDI_PRIVATE_KEY: "-----BEGIN RSA PRIVATE KEY-----\nnot-a-real-key\n-----END RSA PRIVATE KEY-----",
  HDI_PASSPHRASE: "Staple-of-the-key-7",
  DATABRICKS_TOKEN: "dapi-not-a-real-token-0123456789",
  SCORING_TLS_CERT: "-----BEGIN CERTIFICATE-----\nMIIB-example-certificate\n-----END CERTIFICATE-----",
  SCORING_TLS_KEY: "-----BEGIN PRIVATE KEY-----\nMIIE-example-private-key\n-----END PRIVATE KEY-----",
};
