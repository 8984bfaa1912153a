"""The ladder page: five classical models that run in the browser, on the engine's networks with the engine's coins."""
