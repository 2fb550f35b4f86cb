-- A history of schema version 2, written by the store of commit bb616dd; dumped by sqlite3's .dump.
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
INSERT INTO messages VALUES(1,1,X'01a2160b2304784a8b89c7265ae256ca','alice','',1,'to bob, read',1795666158340,3,NULL,NULL,NULL,0);
INSERT INTO messages VALUES(2,1,X'01a2160b231d7e7c853c74bf8b998f5a','bob','bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb',1,'from bob, read 1',1700000000001,3,NULL,NULL,NULL,0);
INSERT INTO messages VALUES(3,1,X'01a2160b231d724a8ae697133da54cec','bob','bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb',2,'from bob, read 2',1700000000002,3,NULL,NULL,NULL,0);
INSERT INTO messages VALUES(4,1,X'01a2160b233a7ebd9d255d69c571341a','alice','',2,'to bob, delivered',1795666158394,2,NULL,NULL,NULL,0);
INSERT INTO messages VALUES(5,1,X'01a2160b23537a4a89e97fa77ab89a6a','bob','bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb',3,'from bob, new 1',1700000000003,2,NULL,NULL,NULL,0);
INSERT INTO messages VALUES(6,1,X'01a2160b23537645adcc09714c682ff8','bob','bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb',4,'from bob, new 2',1700000000004,2,NULL,NULL,NULL,0);
INSERT INTO messages VALUES(7,1,X'01a2160b235779808e18217829a43f8b','alice','',3,'to bob, on its way',1795666158423,0,NULL,'00-c7cf874130a4b37a0e03dbce98aeab06-e02de4350ac6c65e-01',NULL,0);
INSERT INTO messages VALUES(8,2,X'01a2160b2361729e8fb78a9e5ec3ee46','carol','cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc',7,'from carol, read',1700000000007,3,NULL,NULL,NULL,0);
INSERT INTO messages VALUES(9,3,X'01a2160b23667ec38590698e09725c01','alice','',1,'to dora, failed',1795666158438,6,'dora is away.',NULL,NULL,0);
INSERT INTO messages VALUES(10,4,X'01a2160b23797454a191ba4f39933d7a','alice','',1,'to chess, confirmed',1795666158457,4,NULL,NULL,NULL,0);
INSERT INTO messages VALUES(11,4,X'01a2160b238175b5af203932eaf069c9','bob','bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb',1,'in chess 1',1700000000001,2,NULL,NULL,NULL,0);
INSERT INTO messages VALUES(12,4,X'01a2160b238170a3b845318387f4f1e9','bob','bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb',3,'in chess 3',1700000000003,2,NULL,NULL,NULL,1);
INSERT INTO messages VALUES(13,4,X'01a2160b238577b8af15904f16aff002','alice','',2,'to chess, on its way',1795666158469,0,NULL,NULL,NULL,0);
INSERT INTO messages VALUES(14,5,X'01a2160b238a7d44a3c6b95f5211ccb9','alice','',1,'to now, sent',1795666158474,5,NULL,NULL,NULL,0);
INSERT INTO messages VALUES(15,5,X'01a2160b2399766786add9fca2965a1a','carol','cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc',2,'in now',1700000000002,2,NULL,NULL,NULL,0);
INSERT INTO messages VALUES(16,6,X'01a2160b239f77f9b48d82209e58548f','alice','',1,'insult, confirmed',1795666158495,4,NULL,NULL,NULL,0);
INSERT INTO messages VALUES(17,6,X'01a2160b23a8746693e88ed8c0ff9cd7','bob','bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb',1,'insult, received',1700000000001,2,NULL,NULL,NULL,0);
INSERT INTO messages VALUES(18,6,X'01a2160b23ad7ee7a43751b8a897bca0','bob','bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb',2,'insult, held',1700000000002,7,NULL,NULL,NULL,0);
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
INSERT INTO pins VALUES('bob','bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb',3,1795666158316);
INSERT INTO pins VALUES('carol','cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc',1,1795666158326);
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
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence VALUES('messages',18);
CREATE INDEX messages_by_conversation ON messages (conversation, local);
CREATE INDEX messages_outbox ON messages (conversation, seq) WHERE fingerprint = '' AND state = 0;
CREATE INDEX messages_unread ON messages (conversation, fingerprint, seq) WHERE state = 2;
CREATE INDEX messages_held ON messages (fingerprint, id) WHERE state = 7;
COMMIT;
PRAGMA user_version = 2;
