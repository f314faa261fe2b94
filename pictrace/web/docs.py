"""The page /docs and what /openapi.json says of every answer."""

from fastapi import FastAPI


def install_docs(app: FastAPI) -> None:
    """After the routes. The application was made with docs_url=None, redoc_url=None."""
