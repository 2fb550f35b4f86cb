using AspireChat.Client.Identity;
using AspireChat.Client.Names;
using AspireChat.Client.Wire;
using AspireChat.Protos.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace AspireChat.Client.Discovery;

/// <summary>An answer whose form and signature have been checked.</summary>
/// <param name="User">The responder.</param>
/// <param name="Fingerprint">The fingerprint of the key that signed.</param>
/// <param name="Groups">The groups in whose rooms the responder is.</param>
internal sealed record OpenedAnswer(FoundUser User, string Fingerprint, IReadOnlyList<(string Name, GroupMode Mode)> Groups);

/// <summary>Encodes and decodes the answers to a survey.</summary>
internal static class SurveyAnswers
{
    /// <summary>The largest number of groups in one answer; further ones are left out.</summary>
    public const int MaxGroups = 1_000;

    private const string Purpose = "aspirechat.v1.SurveyAnswer";

    /// <summary>Makes this client's answer to a question.</summary>
    public static byte[] Seal(
        LocalPeer self, Uri address, DateTimeOffset since, IReadOnlyDictionary<string, GroupMode> groups, string correlation)
    {
        var findings = new SurveyFindings
        {
            User = self.Name,
            Address = PeerAddress.Text(address),
            Since = Timestamp.FromDateTimeOffset(since),
        };
        findings.Groups.AddRange(groups.Take(MaxGroups).Select(group => new SurveyGroup
        {
            Name = group.Key,
            Mode = group.Value.Word,
        }));
        var content = findings.ToByteArray();
        return new SurveyAnswer
        {
            Content = UnsafeByteOperations.UnsafeWrap(content),
            PublicKey = UnsafeByteOperations.UnsafeWrap(self.Identity.PublicKey),
            Signature = UnsafeByteOperations.UnsafeWrap(Signatures.Sign(self.Identity, Purpose, correlation, content)),
        }.ToByteArray();
    }

    /// <summary>Checks an answer; null if it is invalid. The caller decides whether the key belongs to the name.</summary>
    public static OpenedAnswer? Open(ReadOnlyMemory<byte> body, string correlation)
    {
        try
        {
            var answer = SurveyAnswer.Parser.ParseFrom(body.Span);
            if (!Signatures.Verify(answer.PublicKey.Span, answer.Signature.Span, Purpose, correlation, answer.Content.Span))
            {
                return null;
            }

            var findings = SurveyFindings.Parser.ParseFrom(answer.Content);
            if (!ChatName.TryParse(findings.User, out var user)
                || user != findings.User
                || !PeerAddress.TryParse(findings.Address, out var address)
                || findings.Groups.Count > MaxGroups)
            {
                return null;
            }

            var groups =
                from found in findings.Groups
                where ChatName.TryParse(found.Name, out var name) && name == found.Name
                let mode = GroupMode.Find(found.Mode)
                where mode is not null && mode.Word == found.Mode
                select (found.Name, mode);
            return new OpenedAnswer(
                new FoundUser(user, PeerAddress.Text(address), findings.Since?.ToDateTimeOffset() ?? default),
                Fingerprint.Of(answer.PublicKey.Span),
                [.. groups]);
        }
        catch (Exception e) when (e is InvalidProtocolBufferException or InvalidOperationException or ArgumentOutOfRangeException)
        {
            return null;
        }
    }
}
