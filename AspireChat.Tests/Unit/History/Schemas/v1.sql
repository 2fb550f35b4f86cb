-- A history of schema version 1, written by the store of commit 8f13812; dumped by sqlite3's .dump.
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
INSERT INTO messages VALUES(1,1,X'01a2160a7af47629bd496d4b981a86a7','alice','',1,'to bob, read',1795666115316,3,NULL,NULL,NULL,0);
INSERT INTO messages VALUES(2,1,X'01a2160a7b027431b08e60c983505748','bob','bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb',1,'from bob, read 1',1700000000001,3,NULL,NULL,NULL,0);
INSERT INTO messages VALUES(3,1,X'01a2160a7b0278dea35e0b16a2af8efd','bob','bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb',2,'from bob, read 2',1700000000002,3,NULL,NULL,NULL,0);
INSERT INTO messages VALUES(4,1,X'01a2160a7b1170d18f9a9745b60cfc5c','alice','',2,'to bob, delivered',1795666115345,2,NULL,NULL,NULL,0);
INSERT INTO messages VALUES(5,1,X'01a2160a7b1b7810946951fdeb9fb902','bob','bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb',3,'from bob, new 1',1700000000003,2,NULL,NULL,NULL,0);
INSERT INTO messages VALUES(6,1,X'01a2160a7b1b77688099ce9437299be2','bob','bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb',4,'from bob, new 2',1700000000004,2,NULL,NULL,NULL,0);
INSERT INTO messages VALUES(7,1,X'01a2160a7b1d7f92af05cf71c6b8deef','alice','',3,'to bob, on its way',1795666115357,0,NULL,'00-7ef2446a36f1bc4a87ea2c5da73f67ff-c3a79a2b2645cc86-01',NULL,0);
INSERT INTO messages VALUES(8,2,X'01a2160a7b207491a74e779c77d11953','carol','cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc',7,'from carol, read',1700000000007,3,NULL,NULL,NULL,0);
INSERT INTO messages VALUES(9,3,X'01a2160a7b2370c8825562dbbba7836c','alice','',1,'to dora, failed',1795666115363,6,'dora is away.',NULL,NULL,0);
INSERT INTO messages VALUES(10,4,X'01a2160a7b2674e29177035db51df8b1','alice','',1,'to chess, confirmed',1795666115366,4,NULL,NULL,NULL,0);
INSERT INTO messages VALUES(11,4,X'01a2160a7b2876929823b13a87b8ff24','bob','bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb',1,'in chess 1',1700000000001,2,NULL,NULL,NULL,0);
INSERT INTO messages VALUES(12,4,X'01a2160a7b287388a2afeb6277292271','bob','bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb',3,'in chess 3',1700000000003,2,NULL,NULL,NULL,1);
INSERT INTO messages VALUES(13,4,X'01a2160a7b2a7b10bd48e789a7bec3c1','alice','',2,'to chess, on its way',1795666115370,0,NULL,NULL,NULL,0);
INSERT INTO messages VALUES(14,5,X'01a2160a7b2b75efaec7cda1634978a3','alice','',1,'to now, sent',1795666115371,5,NULL,NULL,NULL,0);
INSERT INTO messages VALUES(15,5,X'01a2160a7b2d71c599e188d312c4a795','carol','cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc',2,'in now',1700000000002,2,NULL,NULL,NULL,0);
INSERT INTO messages VALUES(16,6,X'01a2160a7b2e78bdb08629074d3600bb','alice','',1,'insult, confirmed',1795666115374,4,NULL,NULL,NULL,0);
INSERT INTO messages VALUES(17,6,X'01a2160a7b2f730cb473ab416ed5668f','bob','bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb',1,'insult, received',1700000000001,2,NULL,NULL,NULL,0);
INSERT INTO messages VALUES(18,6,X'01a2160a7b347836b0b3d7ae87a21ef1','bob','bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb',2,'insult, held',1700000000002,7,NULL,NULL,NULL,0);
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
INSERT INTO pins VALUES('bob','bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb',3,1795666115302);
INSERT INTO pins VALUES('carol','cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc',1,1795666115308);
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence VALUES('messages',18);
CREATE INDEX messages_by_conversation ON messages (conversation, local);
CREATE INDEX messages_outbox ON messages (conversation, seq) WHERE fingerprint = '' AND state = 0;
CREATE INDEX messages_unread ON messages (conversation, fingerprint, seq) WHERE state = 2;
CREATE INDEX messages_held ON messages (fingerprint, id) WHERE state = 7;
COMMIT;
PRAGMA user_version = 1;
