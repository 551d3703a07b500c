"""CoAP as machines without a clock and without a socket: RFC 7252, and what lies beyond one exchange.

    wary         a conversation that gives strangers no more than three times what came from them
    conversation bodies in blocks (RFC 7959), observation (RFC 7641), groups, Echo, No-Response: one outcome per request
      client       what we ask
        transfer     one request whose bodies travel in blocks
        observe      what we watch, and which notification is newer
        group        what we ask many
      server       what peers ask
        assembly     bodies of requests put together
        portion      bodies of answers handed out
        strangers    what an address may get that has not proven to be its sender's
        observers    who watches what we serve
        stock        bodies kept for a while
      block        one block of a body
    endpoint     datagrams and wishes in, events out; both roles on one address; RFC 7252 alone
      standing     requests that more than one answer belongs to
      outgoing     what we send: mids, whose response is this
        exchange     one message until nothing more is expected of it; the heap of retransmissions
        congestion   NSTART
      incoming     what peers send: requests that want an answer
        dedup        what was seen within EXCHANGE_LIFETIME
      options      which options spoil a message
      events       what the endpoint tells
    message      bytes ◄─► Message
    uri          URL ◄─► options
    linkformat   links ◄─► text
    numbers      registries and transmission parameters

A module imports only from below it. Nothing here imports anything of ours but ``clockwork``.
"""
