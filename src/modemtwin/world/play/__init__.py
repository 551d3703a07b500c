"""A transcript played against a station, with a clock that stands still. Begin with player.py and scene.py."""
