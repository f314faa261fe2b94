"""The commands: a module each. They put questions to the engine and show the answers."""
