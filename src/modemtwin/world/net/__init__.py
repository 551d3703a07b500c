"""What becomes of a datagram between modem and server: paths, NAT, routes, names. Begin with net.py and path.py."""
