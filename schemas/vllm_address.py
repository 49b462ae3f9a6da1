"""How a setting names vLLM servers, behind "vllm:"."""


def folder_and_servers(where: str) -> tuple[str | None, str]:
    """The model folder of "FOLDER@http://host:port,…", None where none is named, and the rest.

    An address may have an @ of its own, between a user and the host.
    """
    folder, at, servers = where.partition("@")
    return (None, where) if not at or "://" in folder else (folder, servers)
