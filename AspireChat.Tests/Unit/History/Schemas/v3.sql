-- A history of schema version 3, written by the store of commit 48b4fa8; dumped by sqlite3's .dump.
PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE conversations (
    id        INTEGER PRIMARY KEY,
    kind      INTEGER NOT NULL,            -- ConversationKind
    name      TEXT    NOT NULL,
    state     INTEGER NOT NULL,            -- ChatState, of a private chat
    last_seq  INTEGER NOT NULL DEFAULT 0,  -- the last seq given to an own message
    UNIQUE (kind, name)
);
INSERT INTO conversations VALUES(1,0,'bob',1,3);
INSERT INTO conversations VALUES(2,0,'carol',0,0);
INSERT INTO conversations VALUES(3,0,'dora',2,1);
INSERT INTO conversations VALUES(4,1,'chess',3,2);
INSERT INTO conversations VALUES(5,1,'now',3,1);
INSERT INTO conversations VALUES(6,2,'insults',3,1);
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
INSERT INTO messages VALUES(1,1,X'01a2160c84e875d99fec5f2d3b609e28','alice','',1,'to bob, read',1795666248936,3,NULL,NULL,NULL,0);
INSERT INTO messages VALUES(2,1,X'01a2160c84f77394bf0114f68cb735e9','bob','bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb',1,'from bob, read 1',1700000000001,3,NULL,NULL,NULL,0);
INSERT INTO messages VALUES(3,1,X'01a2160c84f7717692824b61c99b61d2','bob','bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb',2,'from bob, read 2',1700000000002,3,NULL,NULL,NULL,0);
INSERT INTO messages VALUES(4,1,X'01a2160c850e7756bdd919dbed0b2519','alice','',2,'to bob, delivered',1795666248974,2,NULL,NULL,NULL,0);
INSERT INTO messages VALUES(5,1,X'01a2160c851e7a2c8483f2b682352ef8','bob','bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb',3,'from bob, new 1',1700000000003,2,NULL,NULL,NULL,0);
INSERT INTO messages VALUES(6,1,X'01a2160c851e7e2b91af01f5785c77b0','bob','bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb',4,'from bob, new 2',1700000000004,2,NULL,NULL,NULL,0);
INSERT INTO messages VALUES(7,1,X'01a2160c85207dd48508d17392017d41','alice','',3,'to bob, on its way',1795666248992,0,NULL,'00-5ff6e96a353a6b371205164522b358e0-977306cb04338d15-01',NULL,0);
INSERT INTO messages VALUES(8,2,X'01a2160c85237c9ebba6314f21a381ce','carol','cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc',7,'from carol, read',1700000000007,3,NULL,NULL,NULL,0);
INSERT INTO messages VALUES(9,3,X'01a2160c852b74eb8c735d54d9250c3c','alice','',1,'to dora, failed',1795666249003,6,'dora is away.',NULL,NULL,0);
INSERT INTO messages VALUES(10,4,X'01a2160c85317d44afa2d174c27955eb','alice','',1,'to chess, confirmed',1795666249009,4,NULL,NULL,NULL,0);
INSERT INTO messages VALUES(11,4,X'01a2160c853a74ba90459246e6cf60de','bob','bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb',1,'in chess 1',1700000000001,2,NULL,NULL,NULL,0);
INSERT INTO messages VALUES(12,4,X'01a2160c853a7f5795c2fc1b5fc84940','bob','bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb',3,'in chess 3',1700000000003,2,NULL,NULL,NULL,1);
INSERT INTO messages VALUES(13,4,X'01a2160c853c742dad9d638312632daa','alice','',2,'to chess, on its way',1795666249020,0,'RabbitMQ is short of memory or disk.',NULL,NULL,0);
INSERT INTO messages VALUES(14,5,X'01a2160c854c734d86e0c4e226eeba82','alice','',1,'to now, sent',1795666249036,5,NULL,NULL,NULL,0);
INSERT INTO messages VALUES(15,5,X'01a2160c854e7ca4a733b42f3dcdccf9','carol','cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc',2,'in now',1700000000002,2,NULL,NULL,NULL,0);
INSERT INTO messages VALUES(16,6,X'01a2160c854f7406b5afe49e937faa97','alice','',1,'insult, confirmed',1795666249039,4,NULL,NULL,NULL,0);
INSERT INTO messages VALUES(17,6,X'01a2160c85577f87a3b08a94840f008a','bob','bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb',1,'insult, received',1700000000001,2,NULL,NULL,NULL,0);
INSERT INTO messages VALUES(18,6,X'01a2160c856d7883b645f6f95ba6e1ab','bob','bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb',2,'insult, held',1700000000002,7,NULL,NULL,NULL,0);
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
INSERT INTO pins VALUES('bob','bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb',3,1795666248920);
INSERT INTO pins VALUES('carol','cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc',1,1795666248924);
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
CREATE INDEX messages_unread ON messages (conversation, fingerprint, seq) WHERE state = 2;
CREATE INDEX messages_held ON messages (fingerprint, id) WHERE state = 7;
CREATE INDEX held_by_sender ON held (conversation, fingerprint, local);
CREATE INDEX held_sizes ON held (fingerprint, size) WHERE tries < 3;
COMMIT;
PRAGMA user_version = 3;
