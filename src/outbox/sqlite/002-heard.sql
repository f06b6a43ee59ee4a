-- Whether the mail server has heard that the message is ours. Where beadle died before, the mail
-- server may have delivered the message itself.
ALTER TABLE entry ADD COLUMN heard INTEGER NOT NULL DEFAULT 1;
