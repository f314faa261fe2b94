"""The same search for a team: in a browser, and as a service for other programs."""
