"""The driver: what a TE needs to speak CoAP through a SIM7000, real or virtual. It knows COAP-AN, never the device."""
