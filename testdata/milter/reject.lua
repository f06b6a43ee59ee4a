-- A message is refused with a text, in two sessions of different manners.
-- Defined by the test: socket.

local function want(truth, what)
    if not truth then
        -- miltertest keeps the text of an error to itself.
        mt.echo(what)
        error(what)
    end
end

local text = "Mail to 100%% of families needs the office"

for _, address in ipairs({ "2001:db8::7", "unspec" }) do
    local conn = mt.connect(socket)
    want(conn ~= nil, "no connection")
    want(mt.conninfo(conn, "client.example", address) == nil, "conninfo " .. address)
    want(mt.mailfrom(conn, "<>") == nil, "mailfrom")
    want(mt.rcptto(conn, "parent@home.example") == nil, "rcptto")
    want(mt.eoh(conn) == nil, "eoh")
    want(mt.eom(conn) == nil, "eom")
    want(mt.getreply(conn) == SMFIR_REPLYCODE, "the message is not refused")
    want(mt.eom_check(conn, MT_SMTPREPLY, "550", "5.7.1", text), "another text")
    want(not mt.eom_check(conn, MT_HDRADD), "a header is added")
    mt.disconnect(conn)
end
