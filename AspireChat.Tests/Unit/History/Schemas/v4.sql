-- A history of schema version 4, written by the first store that had it; dumped by sqlite3's .dump.
-- By hand: read_marks without the column stored_through, which that step lost before it was released.
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
INSERT INTO conversations VALUES(4,1,'chess',3,2,13,0);
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
INSERT INTO messages VALUES(1,1,X'01a2161d00a67a2b8b5e8509caae7a14','alice','',1,'to bob, read',1795667329190,3,NULL,NULL,NULL,0);
INSERT INTO messages VALUES(2,1,X'01a2161d00bb7682884573796bd6f0de','bob','bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb',1,'from bob, read 1',1700000000001,2,NULL,NULL,NULL,0);
INSERT INTO messages VALUES(3,1,X'01a2161d00bb7cc890a6943fe6406ec2','bob','bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb',2,'from bob, read 2',1700000000002,2,NULL,NULL,NULL,0);
INSERT INTO messages VALUES(4,1,X'01a2161d00c87ddeb572aa4b642fe772','alice','',2,'to bob, delivered',1795667329224,2,NULL,NULL,NULL,0);
INSERT INTO messages VALUES(5,1,X'01a2161d00ea7ef5bd4b726b0c3bb6f1','bob','bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb',3,'from bob, new 1',1700000000003,2,NULL,NULL,NULL,0);
INSERT INTO messages VALUES(6,1,X'01a2161d00ea7ee7ab7a15bf595aa4d4','bob','bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb',4,'from bob, new 2',1700000000004,2,NULL,NULL,NULL,0);
INSERT INTO messages VALUES(7,1,X'01a2161d00ed76d8a4820bb0739a90f9','alice','',3,'to bob, on its way',1795667329261,0,NULL,'00-f74d356c967a483322070c399bd07bed-32c689126a1f3b96-01',NULL,0);
INSERT INTO messages VALUES(8,2,X'01a2161d00f972e8bf332db91a1f24f5','carol','cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc',7,'from carol, read',1700000000007,2,NULL,NULL,NULL,0);
INSERT INTO messages VALUES(9,3,X'01a2161d010e7e928c6c15effa2cc4cb','alice','',1,'to dora, failed',1795667329294,6,'dora is away.',NULL,NULL,0);
INSERT INTO messages VALUES(10,4,X'01a2161d01257bd483e7acd473f5cb27','alice','',1,'to chess, confirmed',1795667329317,4,NULL,NULL,NULL,0);
INSERT INTO messages VALUES(11,4,X'01a2161d0131725b82a8838e5f5eb551','bob','bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb',1,'in chess 1',1700000000001,2,NULL,NULL,NULL,0);
INSERT INTO messages VALUES(12,4,X'01a2161d0131718cb746e6f326624937','bob','bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb',3,'in chess 3',1700000000003,2,NULL,NULL,NULL,1);
INSERT INTO messages VALUES(13,4,X'01a2161d01377abd92ce1abcdb1009b0','alice','',2,'to chess, on its way',1795667329335,0,'RabbitMQ is short of memory or disk.',NULL,NULL,0);
INSERT INTO messages VALUES(14,5,X'01a2161d01507558a991c6be4aa9ffa7','alice','',1,'to now, sent',1795667329360,5,NULL,NULL,NULL,0);
INSERT INTO messages VALUES(15,5,X'01a2161d015c71468b596c9c8af3218e','carol','cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc',2,'in now',1700000000002,2,NULL,NULL,NULL,0);
INSERT INTO messages VALUES(16,6,X'01a2161d015d73aaaaa6dd6810bc60fd','alice','',1,'insult, confirmed',1795667329373,4,NULL,NULL,NULL,0);
INSERT INTO messages VALUES(17,6,X'01a2161d016d737baae27ea8267d971b','bob','bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb',1,'insult, received',1700000000001,2,NULL,NULL,NULL,0);
INSERT INTO messages VALUES(18,6,X'01a2161d017a7dd6866e9edb8b2d3750','bob','bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb',2,'insult, held',1700000000002,7,NULL,NULL,NULL,0);
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
CREATE TABLE subscriptions (
    name TEXT    NOT NULL PRIMARY KEY,
    mode INTEGER NOT NULL                  -- GroupMode
) WITHOUT ROWID;
INSERT INTO subscriptions VALUES('chess',0);
INSERT INTO subscriptions VALUES('now',1);
CREATE TABLE pins (
    name        TEXT    NOT NULL PRIMARY KEY,
    fingerprint TEXT    NOT NULL,
    epoch       INTEGER NOT NULL,
    since       INTEGER NOT NULL           -- unix milliseconds
);
INSERT INTO pins VALUES('bob','bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb',3,1795667329170);
INSERT INTO pins VALUES('carol','cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc',1,1795667329180);
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
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence VALUES('messages',18);
INSERT INTO sqlite_sequence VALUES('held',1);
CREATE INDEX messages_by_conversation ON messages (conversation, local);
CREATE INDEX messages_outbox ON messages (conversation, seq) WHERE fingerprint = '' AND state = 0;
CREATE INDEX messages_held ON messages (fingerprint, id) WHERE state = 7;
CREATE INDEX held_by_sender ON held (conversation, fingerprint, local);
CREATE INDEX held_sizes ON held (fingerprint, size) WHERE tries < 3;
CREATE INDEX messages_delivered ON messages (conversation, seq) WHERE fingerprint = '' AND state = 2;
COMMIT;
PRAGMA user_version = 4;
