"""The far end: a CoAP server and what it serves, in a world or on a real socket. Begin with peer.py and site.py."""
