using System.Buffers.Binary;
using System.Text;
using AspireChat.Client.History;
using AspireChat.Client.Identity;
using AspireChat.Protos.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace AspireChat.Tests.Infrastructure;

/// <summary>A user with a key in this process, without a client.</summary>
public sealed class TestPeer : IDisposable
{
    private readonly TempFolder _folder;
    private readonly DataDirectory _directory;

    /// <summary>Makes a user with a new key.</summary>
    public TestPeer(string name)
    {
        _folder = new TempFolder(name);
        _directory = DataDirectory.Open(_folder.FullName);
        Peer = new LocalPeer(name, PeerIdentity.LoadOrCreate(_directory, name));
    }

    /// <summary>The user.</summary>
    public LocalPeer Peer { get; }

    /// <summary>A letter with one message that keeps every rule.</summary>
    public Letter LetterTo(string user, string text, ulong seq = 1) => new()
    {
        From = Peer.Name,
        SealingKey = ByteString.CopyFrom(Peer.Identity.SealingKey.PublicKey),
        SealingSignature = ByteString.CopyFrom(Peer.Identity.SealingKey.Signature),
        Messages = new MessageList
        {
            From = Peer.Name,
            To = new Conversation { User = user },
            Messages =
            {
                new ChatMessage
                {
                    Id = $"{Guid.CreateVersion7()}",
                    Seq = seq,
                    Text = text,
                    SentAt = Timestamp.FromDateTimeOffset(DateTimeOffset.UnixEpoch),
                },
            },
        },
    };

    /// <summary>Signs and seals a letter with any content, as <c>letter.proto</c> describes it.</summary>
    public byte[] SealLetter(Addressee to, Letter letter)
    {
        var address = $"user:{to.User}/{to.Fingerprint}";
        var content = letter.ToByteArray();
        var signed = new SignedLetter
        {
            Content = ByteString.CopyFrom(content),
            PublicKey = ByteString.CopyFrom(Peer.Identity.PublicKey),
            Signature = ByteString.CopyFrom(
                Peer.Identity.Sign([.. Encoding.UTF8.GetBytes($"aspirechat.v1.Letter\n{address}\n"), .. content])),
        }.ToByteArray();
        var padded = new byte[1024 * 128];
        BinaryPrimitives.WriteInt32BigEndian(padded, signed.Length);
        signed.CopyTo(padded, sizeof(int));
        var (enc, text) = to.Key.Seal(Encoding.UTF8.GetBytes($"aspirechat.v1.Letter\n{address}"), padded);
        return new SealedLetter { Enc = ByteString.CopyFrom(enc), Text = ByteString.CopyFrom(text) }.ToByteArray();
    }

    public void Dispose()
    {
        Peer.Identity.Dispose();
        _directory.Dispose();
        _folder.Dispose();
    }
}
