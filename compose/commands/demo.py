"""`groundswell demo`: everything on this machine, with real posts streaming through."""

from compose.flags import ALL_SETTINGS, takes_settings
from compose.settings import Settings


@takes_settings(*(name for name in ALL_SETTINGS if name != "demo"))
def demo(settings: Settings) -> None:
    """Start everything here and play a stream of real posts in several languages.

    The page says that it is a demonstration. The data lie in a folder of their own beside the
    usual one, unless --data-dir names another.
    """
    from importlib.resources import as_file, files

    from compose.runtime.console import RuntimeConsole
    from compose.runtime.one_machine import demo_settings, run_one_machine
    from compose.settings import default_data_dir

    with as_file(files("compose.demo").joinpath("watchlist.yaml")) as watchlist:
        own = demo_settings(settings, watchlist=watchlist, default_folder=default_data_dir())
        run_one_machine(own, RuntimeConsole())
