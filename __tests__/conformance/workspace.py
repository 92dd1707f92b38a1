"""The workspace of the emulator, as the official client (azure-ai-ml) is connected to it by its environment."""

import os

from azure.ai.ml import MLClient
from azure.identity import ClientSecretCredential


def connected(**options):
    """A client with the credential of a service principal."""
    return MLClient(
        ClientSecretCredential(
            os.environ["AZURE_TENANT_ID"], os.environ["AZURE_CLIENT_ID"], os.environ["AZURE_CLIENT_SECRET"]
        ),
        os.environ["AZURE_SUBSCRIPTION_ID"],
        os.environ["AZURE_RESOURCE_GROUP"],
        os.environ["AZURE_ML_WORKSPACE"],
        **options,
    )
