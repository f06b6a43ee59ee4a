-- A message with forged headers is accepted: theirs are deleted, ours added.
-- Defined by the test: socket.

local function want(truth, what)
    if not truth then
        -- miltertest keeps the text of an error to itself.
        mt.echo(what)
        error(what)
    end
end

local conn = mt.connect(socket)
want(conn ~= nil, "no connection")
-- All that libmilter knows. miltertest mixes explicit numbers up.
want(mt.negotiate(conn, nil, nil, nil) == nil, "negotiation failed")
want(mt.test_action(conn, SMFIF_ADDHDRS), "adding headers is not asked for")
want(mt.test_action(conn, SMFIF_CHGHDRS), "changing headers is not asked for")
want(not mt.test_action(conn, SMFIF_CHGBODY), "changing bodies is asked for")
want(mt.test_option(conn, SMFIP_NOUNKNOWN), "unknown commands are asked for")
want(mt.test_option(conn, SMFIP_HDR_LEADSPC), "leading blanks are not asked for")
want(mt.test_option(conn, SMFIP_NR_BODY), "replies to the body are promised")
want(not mt.test_option(conn, SMFIP_NOBODY), "the body is not asked for")

want(mt.conninfo(conn, "staff-7.school.example", "192.0.2.7") == nil, "conninfo")
want(mt.helo(conn, "laptop") == nil, "helo")
mt.macro(conn, SMFIC_MAIL, "i", "4dXyZ12", "{auth_authen}", "head@school.example")
want(mt.mailfrom(conn, "<head@school.example>", "BODY=8BITMIME") == nil, "mailfrom")
want(mt.rcptto(conn, "<parent@home.example>", "NOTIFY=NEVER") == nil, "rcptto")
want(mt.data(conn) == nil, "data")
want(mt.getreply(conn) == SMFIR_CONTINUE, "DATA is not continued")
want(mt.header(conn, "From", "head@school.example") == nil, "header")
want(mt.header(conn, "X-Beadle-Verdict", "forged") == nil, "header")
want(mt.header(conn, "Subject", "x") == nil, "header")
want(mt.eoh(conn) == nil, "eoh")
want(mt.bodystring(conn, "body\r\n") == nil, "body")
want(mt.eom(conn) == nil, "eom")
want(mt.getreply(conn) == SMFIR_CONTINUE, "the message is not accepted")
want(mt.eom_check(conn, MT_HDRDELETE, "X-Beadle-Verdict"), "the forged header stays")
want(mt.eom_check(conn, MT_HDRADD, "X-Beadle-Verdict", " warn"), "our header is not added")
want(not mt.eom_check(conn, MT_BODYCHANGE), "the body is changed")
want(not mt.eom_check(conn, MT_QUARANTINE), "the message is put on hold")
mt.disconnect(conn)
