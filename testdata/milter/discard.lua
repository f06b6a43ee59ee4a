-- Messages are taken over, in a session of several and in one that breaks off.
-- Defined by the test: socket.

local function want(truth, what)
    if not truth then
        -- miltertest keeps the text of an error to itself.
        mt.echo(what)
        error(what)
    end
end

local broken = mt.connect(socket)
want(mt.conninfo(broken, "client.example", "192.0.2.7") == nil, "conninfo")
want(mt.mailfrom(broken, "<head@school.example>") == nil, "mailfrom")
want(mt.rcptto(broken, "<a@b.example>") == nil, "rcptto")
mt.disconnect(broken, false)

local conn = mt.connect(socket)
-- A mail server of old days: version 2, every event is answered.
want(mt.negotiate(conn, 2, 0x3f, 0x7f) == nil, "negotiation failed")
want(mt.conninfo(conn, "client.example", "192.0.2.7") == nil, "conninfo")
want(mt.getreply(conn) == SMFIR_CONTINUE, "connect is not continued")

want(mt.mailfrom(conn, "<given-up@school.example>") == nil, "mailfrom")
want(mt.rcptto(conn, "<a@b.example>") == nil, "rcptto")
want(mt.header(conn, "Subject", "given up") == nil, "header")
want(mt.abort(conn) == nil, "abort")

for number = 1, 3 do
    want(mt.mailfrom(conn, "<head@school.example>") == nil, "mailfrom")
    want(mt.getreply(conn) == SMFIR_CONTINUE, "MAIL is not continued")
    want(mt.rcptto(conn, "<a@b.example>") == nil, "rcptto")
    want(mt.header(conn, "Subject", "number " .. number) == nil, "header")
    want(mt.getreply(conn) == SMFIR_CONTINUE, "a header is not continued")
    want(mt.eoh(conn) == nil, "eoh")
    -- In one chunk, larger than any that Postfix sends.
    want(mt.bodystring(conn, string.rep("x", 70000) .. "\r\n") == nil, "body")
    want(mt.getreply(conn) == SMFIR_CONTINUE, "the body is not continued")
    want(mt.eom(conn) == nil, "eom")
    want(mt.getreply(conn) == SMFIR_DISCARD, "the message is not taken over")
end
mt.disconnect(conn)
