"""The edge: whole HTTP/1.1 requests from the network to the application, and its answers back.

One thread runs the event loop. A request is read here, without holding a thread, and reaches the application only when
all of it has come. Decisions, which are quick, run on the loop itself, one at a time; whatever may wait (functions,
streams, pages) runs on a thread of its own, or in steps, the quick ones of which run on the loop. So half a request
holds nobody up, and nothing fights for the interpreter's lock.
"""
