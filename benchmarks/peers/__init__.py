"""One module a peer: the job as its own users would write it, run in an environment of its own."""
