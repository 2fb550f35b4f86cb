namespace AspireChat.Client.History;

/// <summary>The steps that build each version of the local store's tables from the one before; the first needs an empty file.</summary>
/// <remarks>
/// A step must never change, comments included: existing histories have run it, and SQLite stores its text. A change of the
/// tables is a new step, tested with a history of the version before (AspireChat.Tests/Unit/History/Schemas).
/// </remarks>
internal static class SchemaSteps
{
    /// <summary>The steps in order: the first makes version 1.</summary>
    public static IReadOnlyList<string> All => [Tables, Generations, Held, Unread, Modes, Words, Letters, Slim, Logs];

    // Version 1.
    private const string Tables = """
        -- Private chats and groups.
        CREATE TABLE conversations (
            id        INTEGER PRIMARY KEY,
            kind      INTEGER NOT NULL,            -- ConversationKind
            name      TEXT    NOT NULL,
            state     INTEGER NOT NULL,            -- ChatState, of a private chat
            last_seq  INTEGER NOT NULL DEFAULT 0,  -- the last seq given to an own message
            UNIQUE (kind, name)
        );

        -- In local order: the order in which this client stored them.
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

        CREATE INDEX messages_by_conversation ON messages (conversation, local);
        -- The outbox: own messages that are still on their way (state 0).
        CREATE INDEX messages_outbox ON messages (conversation, seq) WHERE fingerprint = '' AND state = 0;
        -- What can still become read (state 2, delivered): own messages, and others' that nobody read here yet.
        CREATE INDEX messages_unread ON messages (conversation, fingerprint, seq) WHERE state = 2;

        -- Insults of which it is not settled whose they are (state 7, held); nearly always none.
        CREATE INDEX messages_held ON messages (fingerprint, id) WHERE state = 7;

        -- How far the own user has read what somebody said; told to that sender whenever it connects.
        CREATE TABLE read_marks (
            conversation INTEGER NOT NULL REFERENCES conversations (id),
            fingerprint  TEXT    NOT NULL,
            read_through INTEGER NOT NULL,         -- the sender's seq
            PRIMARY KEY (conversation, fingerprint)
        ) WITHOUT ROWID;

        -- The last seq that was stored of each sender, where gaps are told.
        CREATE TABLE last_seqs (
            conversation INTEGER NOT NULL REFERENCES conversations (id),
            fingerprint  TEXT    NOT NULL,
            seq          INTEGER NOT NULL,
            PRIMARY KEY (conversation, fingerprint)
        ) WITHOUT ROWID;

        -- The groups to which the own user has a subscription.
        CREATE TABLE subscriptions (
            name TEXT    NOT NULL PRIMARY KEY,
            mode INTEGER NOT NULL                  -- GroupMode
        ) WITHOUT ROWID;

        -- Trust on first use.
        CREATE TABLE pins (
            name        TEXT    NOT NULL PRIMARY KEY,
            fingerprint TEXT    NOT NULL,
            epoch       INTEGER NOT NULL,
            since       INTEGER NOT NULL           -- unix milliseconds
        );
        """;

    // Version 2. The queues of existing subscriptions may contain batches that name no generation.
    private const string Generations = """
        -- Which creations of a group are meant by a subscription to it: nearly always one; see docs/protocol.md.
        CREATE TABLE generations (
            name       TEXT    NOT NULL,           -- of the group
            generation TEXT    NOT NULL,           -- '': batches from before there were generations
            is_current INTEGER NOT NULL,           -- 1: the one that the name server had last
            PRIMARY KEY (name, generation)
        ) WITHOUT ROWID;

        -- What a sender had said already when the own user subscribed: never shown.
        CREATE TABLE floors (
            name        TEXT    NOT NULL,          -- of the group
            fingerprint TEXT    NOT NULL,
            seq         INTEGER NOT NULL,
            PRIMARY KEY (name, fingerprint)
        ) WITHOUT ROWID;

        INSERT INTO generations (name, generation, is_current) SELECT name, '', 0 FROM subscriptions;
        """;

    // Version 3.
    private const string Held = """
        -- Signed batches that were acknowledged and are not decided on: nearly always none. In the order in which they came.
        CREATE TABLE held (
            local        INTEGER PRIMARY KEY AUTOINCREMENT,
            conversation INTEGER NOT NULL REFERENCES conversations (id),
            fingerprint  TEXT    NOT NULL,         -- of the key that signed; '' if it could not be read
            body         BLOB    NOT NULL,         -- as it came from the broker
            size         INTEGER NOT NULL,         -- what it counts towards the bounds
            tries        INTEGER NOT NULL          -- how often it failed by itself; from 3 on it is set aside
        );

        CREATE INDEX held_by_sender ON held (conversation, fingerprint, local);
        CREATE INDEX held_sizes ON held (fingerprint, size) WHERE tries < 3;
        """;

    // Version 4. Before, every message of others had a flag: marking a million took seconds, and groups could not be marked.
    private const string Unread = """
        -- All messages of others up to this local one are read, and so many came behind it.
        ALTER TABLE conversations ADD COLUMN read_local INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE conversations ADD COLUMN unread INTEGER NOT NULL DEFAULT 0;

        -- In a chat all up to the first unread one are read; in a group all that is here was shown when it came.
        UPDATE conversations SET read_local = coalesce(
            (SELECT min(local) - 1 FROM messages
             WHERE conversations.kind = 0 AND conversation = conversations.id AND fingerprint <> '' AND state = 2),
            (SELECT max(local) FROM messages WHERE conversation = conversations.id),
            0)
        WHERE kind IN (0, 1);
        UPDATE conversations SET unread = (
            SELECT count(*) FROM messages WHERE conversation = conversations.id AND local > read_local AND fingerprint <> '')
        WHERE kind = 0;

        -- What can still become read one by one: own messages that were delivered. Others' of groups never left the index before.
        DROP INDEX messages_unread;
        CREATE INDEX messages_delivered ON messages (conversation, seq) WHERE fingerprint = '' AND state = 2;
        """;

    // Version 5. Before, modes were numbers that only this program knew.
    private const string Modes = """
        -- The groups to which this user is subscribed.
        CREATE TABLE subscribed (
            name     TEXT NOT NULL PRIMARY KEY,
            mode     TEXT NOT NULL,                -- the word of GroupMode
            position TEXT                          -- of a log: all up to here is stored
        ) WITHOUT ROWID;

        INSERT INTO subscribed (name, mode) SELECT name, CASE mode WHEN 0 THEN 'durable' ELSE 'transient' END FROM subscriptions;
        DROP TABLE subscriptions;
        ALTER TABLE subscribed RENAME TO subscriptions;
        """;

    // Version 6. The index begins empty, and is filled while the client runs: a long history must not hold up the start.
    private const string Words = """
        -- The words of messages; rowid is messages.local. Written behind the messages, so those above the mark are not in it yet.
        CREATE VIRTUAL TABLE words USING fts5(
            text, content='messages', content_rowid='local', columnsize=0, tokenize='unicode61 remove_diacritics 2');

        -- One row: the last local message whose words are in the index.
        CREATE TABLE words_mark (
            through INTEGER NOT NULL
        );

        INSERT INTO words_mark (through) VALUES (0);
        """;

    // Version 7. Before, a private message to somebody away failed.
    private const string Letters = """
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
        """;

    // Version 8. Before, a message of 100 bytes took 504 on disk: each had its sender's name and, twice, key, and its trace as text.
    private const string Slim = """
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
        """;

    // Version 9. A log belongs to a generation of a group, and so does the place in it.
    private const string Logs = """
        ALTER TABLE generations ADD COLUMN position TEXT;  -- of its log: all up to here is stored; '' is its beginning
        ALTER TABLE subscriptions DROP COLUMN position;

        -- How many messages of the log are not shown because nobody can vouch for their senders.
        ALTER TABLE subscriptions ADD COLUMN unvouched INTEGER NOT NULL DEFAULT 0;
        """;
}
