-- A history of schema version 8: that of version 7 after the step to version 8.
PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE conversations (
    id        INTEGER PRIMARY KEY,
    kind      INTEGER NOT NULL,            -- ConversationKind
    name      TEXT    NOT NULL,
    state     INTEGER NOT NULL,            -- ChatState, of a private chat
    last_seq  INTEGER NOT NULL DEFAULT 0, read_local INTEGER NOT NULL DEFAULT 0, unread INTEGER NOT NULL DEFAULT 0,  -- the last seq given to an own message
    UNIQUE (kind, name)
);
INSERT INTO conversations VALUES(1,0,'bob',1,3,3,2);
INSERT INTO conversations VALUES(2,0,'carol',0,0,8,0);
INSERT INTO conversations VALUES(3,0,'dora',2,1,0,0);
INSERT INTO conversations VALUES(4,1,'chess',3,2,12,0);
INSERT INTO conversations VALUES(5,1,'now',3,1,0,1);
INSERT INTO conversations VALUES(6,2,'insults',3,1,0,0);
CREATE TABLE messages (
    local        INTEGER PRIMARY KEY AUTOINCREMENT,
    conversation INTEGER NOT NULL REFERENCES conversations (id),
    id           BLOB    NOT NULL,         -- UUID, 16 bytes, big-endian
    sender       TEXT    NOT NULL,
    fingerprint  TEXT    NOT NULL,         -- of the sender's key; '' for own messages
    seq          INTEGER NOT NULL,
    text         TEXT    NOT NULL,
    sent_at      INTEGER NOT NULL,         -- unix milliseconds
    state        INTEGER NOT NULL,         -- MessageState
    reason       TEXT,
    traceparent  TEXT,
    tracestate   TEXT,
    missing      INTEGER NOT NULL DEFAULT 0,  -- how many of the sender's messages before this one never came
    -- An id alone could be reused by somebody else to suppress a message.
    UNIQUE (id, fingerprint)
);
INSERT INTO messages VALUES(1,1,X'01a2170af1cc71398fb0b5efa7d6907c','alice','',1,'to bob, read',1795682922956,3,NULL,NULL,NULL,0);
INSERT INTO messages VALUES(2,1,X'01a2170af23e74a684d090305236d62d','bob','bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb',1,'from bob, read 1',1700000000001,2,NULL,NULL,NULL,0);
INSERT INTO messages VALUES(3,1,X'01a2170af23f7eabb2dad9ef026ca1a0','bob','bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb',2,'from bob, read 2',1700000000002,2,NULL,NULL,NULL,0);
INSERT INTO messages VALUES(4,1,X'01a2170af26075e6b00aa72fe5ac91e6','alice','',2,'to bob, delivered',1795682923104,2,NULL,NULL,NULL,0);
INSERT INTO messages VALUES(5,1,X'01a2170af26979b1b44750f5bcb5b280','bob','bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb',3,'from bob, new 1',1700000000003,2,NULL,NULL,NULL,0);
INSERT INTO messages VALUES(6,1,X'01a2170af269779fa99d5835644a5581','bob','bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb',4,'from bob, new 2',1700000000004,2,NULL,NULL,NULL,0);
INSERT INTO messages VALUES(7,1,X'01a2170af2737bfbb7b3794c54c23a42','alice','',3,'to bob, on its way',1795682923123,0,NULL,'00-952975d7b7e104d213e907f1d9f4bebc-a2b917562bbd4826-01',NULL,0);
INSERT INTO messages VALUES(8,2,X'01a2170af2807d05a246bf903aefe14b','carol','cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc',7,'from carol, read',1700000000007,2,NULL,NULL,NULL,0);
INSERT INTO messages VALUES(9,3,X'01a2170af2857235802c1fdc780e888e','alice','',1,'to dora, failed',1795682923141,6,'dora is away.',NULL,NULL,0);
INSERT INTO messages VALUES(10,4,X'01a2170af2987ac189377fe16365dc1d','alice','',1,'to chess, confirmed',1795682923160,4,NULL,NULL,NULL,0);
INSERT INTO messages VALUES(11,4,X'01a2170af29c7ba283037e2296850abc','bob','bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb',1,'in chess 1',1700000000001,2,NULL,NULL,NULL,0);
INSERT INTO messages VALUES(12,4,X'01a2170af29c7e5e8b1c72f5a4548017','bob','bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb',3,'in chess 3',1700000000003,2,NULL,NULL,NULL,1);
INSERT INTO messages VALUES(13,4,X'01a2170af2a47f93a8ac868140f26e82','alice','',2,'to chess, on its way',1795682923172,0,'RabbitMQ is short of memory or disk.',NULL,NULL,0);
INSERT INTO messages VALUES(14,5,X'01a2170af30772dd87007020524a1acb','alice','',1,'to now, sent',1795682923271,5,NULL,NULL,NULL,0);
INSERT INTO messages VALUES(15,5,X'01a2170af3097346853581deaf3e2962','carol','cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc',2,'in now',1700000000002,2,NULL,NULL,NULL,0);
INSERT INTO messages VALUES(16,6,X'01a2170af30e77abbe2398f1dbed4171','alice','',1,'insult, confirmed',1795682923278,4,NULL,NULL,NULL,0);
INSERT INTO messages VALUES(17,6,X'01a2170af31174d583c68cdc1317b104','bob','bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb',1,'insult, received',1700000000001,2,NULL,NULL,NULL,0);
INSERT INTO messages VALUES(18,6,X'01a2170af3167c26aa885c35343d24a0','bob','bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb',2,'insult, held',1700000000002,7,NULL,NULL,NULL,0);
CREATE TABLE read_marks (
    conversation INTEGER NOT NULL REFERENCES conversations (id),
    fingerprint  TEXT    NOT NULL,
    read_through INTEGER NOT NULL,         -- the sender's seq
    PRIMARY KEY (conversation, fingerprint)
) WITHOUT ROWID;
INSERT INTO read_marks VALUES(1,'bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb',2);
INSERT INTO read_marks VALUES(2,'cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc',7);
CREATE TABLE last_seqs (
    conversation INTEGER NOT NULL REFERENCES conversations (id),
    fingerprint  TEXT    NOT NULL,
    seq          INTEGER NOT NULL,
    PRIMARY KEY (conversation, fingerprint)
) WITHOUT ROWID;
INSERT INTO last_seqs VALUES(4,'bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb',3);
CREATE TABLE pins (
    name        TEXT    NOT NULL PRIMARY KEY,
    fingerprint TEXT    NOT NULL,
    epoch       INTEGER NOT NULL,
    since       INTEGER NOT NULL           -- unix milliseconds
);
INSERT INTO pins VALUES('bob','bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb',3,1795682922926);
INSERT INTO pins VALUES('carol','cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc',1,1795682922938);
CREATE TABLE generations (
    name       TEXT    NOT NULL,           -- of the group
    generation TEXT    NOT NULL,           -- '': batches from before there were generations
    is_current INTEGER NOT NULL,           -- 1: the one that the name server had last
    PRIMARY KEY (name, generation)
) WITHOUT ROWID;
INSERT INTO generations VALUES('chess','first',1);
INSERT INTO generations VALUES('now','only',1);
CREATE TABLE floors (
    name        TEXT    NOT NULL,          -- of the group
    fingerprint TEXT    NOT NULL,
    seq         INTEGER NOT NULL,
    PRIMARY KEY (name, fingerprint)
) WITHOUT ROWID;
INSERT INTO floors VALUES('chess','dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd',5);
CREATE TABLE held (
    local        INTEGER PRIMARY KEY AUTOINCREMENT,
    conversation INTEGER NOT NULL REFERENCES conversations (id),
    fingerprint  TEXT    NOT NULL,         -- of the key that signed; '' if it could not be read
    body         BLOB    NOT NULL,         -- as it came from the broker
    size         INTEGER NOT NULL,         -- what it counts towards the bounds
    tries        INTEGER NOT NULL          -- how often it failed by itself; from 3 on it is set aside
);
INSERT INTO held VALUES(1,4,'zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz',X'010203',1027,0);
CREATE TABLE IF NOT EXISTS "subscriptions" (
    name     TEXT NOT NULL PRIMARY KEY,
    mode     TEXT NOT NULL,                -- the word of GroupMode
    position TEXT                          -- of a log: all up to here is stored
) WITHOUT ROWID;
INSERT INTO subscriptions VALUES('chess','durable',NULL);
INSERT INTO subscriptions VALUES('now','transient',NULL);
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence VALUES('messages',18);
INSERT INTO sqlite_sequence VALUES('held',1);
CREATE INDEX messages_by_conversation ON messages (conversation, local);
CREATE INDEX messages_outbox ON messages (conversation, seq) WHERE fingerprint = '' AND state = 0;
CREATE INDEX messages_held ON messages (fingerprint, id) WHERE state = 7;
CREATE INDEX held_by_sender ON held (conversation, fingerprint, local);
CREATE INDEX held_sizes ON held (fingerprint, size) WHERE tries < 3;
CREATE INDEX messages_delivered ON messages (conversation, seq) WHERE fingerprint = '' AND state = 2;
-- The words of messages; rowid is messages.local. Written behind the messages, so those above the mark are not in it yet.
CREATE VIRTUAL TABLE words USING fts5(
    text, content='messages', content_rowid='local', columnsize=0, tokenize='unicode61 remove_diacritics 2');

-- One row: the last local message whose words are in the index.
CREATE TABLE words_mark (
    through INTEGER NOT NULL
);

INSERT INTO words_mark (through) VALUES (0);
INSERT INTO words (rowid, text) SELECT local, text FROM messages WHERE local <= 8;
UPDATE words_mark SET through = 8;
-- The other part of the outbox: own messages that wait in a mailbox (state 1).
CREATE INDEX messages_stored ON messages (conversation, seq) WHERE fingerprint = '' AND state = 1;

-- To which key letters for a user are sealed. Of a user never met, letters may be waiting for the holder of this key alone.
CREATE TABLE addressees (
    name        TEXT NOT NULL PRIMARY KEY,
    fingerprint TEXT NOT NULL,             -- of the identity key
    sealing_key BLOB NOT NULL,             -- SubjectPublicKeyInfo
    signature   BLOB NOT NULL              -- of the sealing key, by the identity key
) WITHOUT ROWID;

-- The letters taken out of the own mailbox lately: one that comes again was sent again by somebody else.
CREATE TABLE letters (
    digest BLOB    NOT NULL PRIMARY KEY,
    taken  INTEGER NOT NULL                -- unix milliseconds
) WITHOUT ROWID;
INSERT INTO addressees VALUES('erin','eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee',x'0102',x'0304');
INSERT INTO letters VALUES(x'05',1767225600000);
-- Who said something here: a name with the key that spoke for it. Number 0 is this user.
CREATE TABLE senders (
    id          INTEGER PRIMARY KEY,
    name        TEXT NOT NULL,
    fingerprint TEXT NOT NULL,             -- of the sender's key; '' for this user's own
    UNIQUE (fingerprint, name)
);

INSERT INTO senders (id, name, fingerprint) SELECT 0, max(sender), '' FROM messages WHERE fingerprint = '' HAVING count(*) > 0;
INSERT INTO senders (name, fingerprint) SELECT DISTINCT sender, fingerprint FROM messages WHERE fingerprint <> '';

-- In local order: the order in which this client stored them. The number of one that was deleted last may be used again.
CREATE TABLE slim_messages (
    local        INTEGER PRIMARY KEY,
    conversation INTEGER NOT NULL REFERENCES conversations (id),
    id           BLOB    NOT NULL,         -- UUID, 16 bytes, big-endian
    sender       INTEGER NOT NULL REFERENCES senders (id),
    seq          INTEGER NOT NULL,
    text         TEXT    NOT NULL,
    sent_at      INTEGER NOT NULL,         -- unix milliseconds
    state        INTEGER NOT NULL,         -- MessageState
    reason       TEXT,
    trace        BLOB,                     -- as TraceColumn writes it
    missing      INTEGER NOT NULL DEFAULT 0,  -- how many of the sender's messages before this one never came
    -- An id alone could be reused by somebody else to suppress a message.
    UNIQUE (id, sender)
);

INSERT INTO slim_messages (local, conversation, id, sender, seq, text, sent_at, state, reason, trace, missing)
SELECT local, conversation, messages.id, senders.id, seq, text, sent_at, state, reason,
    CAST(unhex(replace(substr(traceparent, 4, 52), '-', '')) || coalesce(tracestate, '') AS BLOB), missing
FROM messages JOIN senders ON senders.fingerprint = messages.fingerprint
    AND (senders.name = messages.sender OR senders.id = 0)
ORDER BY local;

-- In a private chat it tells how far the other user's messages are here, and what there is to be marked as read.
ALTER TABLE last_seqs ADD COLUMN id BLOB;  -- of the message with that seq; NULL where it was stored by an earlier version
INSERT INTO last_seqs (conversation, fingerprint, seq)
SELECT conversation, fingerprint, max(seq) FROM messages JOIN conversations ON conversations.id = conversation
WHERE kind = 0 AND fingerprint <> '' GROUP BY conversation, fingerprint;

DROP TABLE messages;
ALTER TABLE slim_messages RENAME TO messages;

-- Private messages: all in the outbox up to this own seq are delivered, and all of those up to that one are read. So a receipt
-- changes one row, whatever it covers.
ALTER TABLE conversations ADD COLUMN delivered_through INTEGER NOT NULL DEFAULT 0;
ALTER TABLE conversations ADD COLUMN read_by_other INTEGER NOT NULL DEFAULT 0;

-- Each ends with the row's number, in the order of which a conversation is read.
CREATE INDEX messages_by_conversation ON messages (conversation);
-- The outbox is what lies above delivered_through: messages on their way (state 0), and those that wait in a mailbox (state 1).
CREATE INDEX messages_outbox ON messages (conversation, seq) WHERE sender = 0 AND state = 0;
CREATE INDEX messages_stored ON messages (conversation, seq) WHERE sender = 0 AND state = 1;
-- What can still become read one by one: own messages that were delivered by earlier versions, or whose letter arrived alone.
CREATE INDEX messages_delivered ON messages (conversation, seq) WHERE sender = 0 AND state = 2;
-- Insults of which it is not settled whose they are (state 7, held); nearly always none.
CREATE INDEX messages_held ON messages (sender, id) WHERE state = 7;
COMMIT;
PRAGMA user_version = 8;
