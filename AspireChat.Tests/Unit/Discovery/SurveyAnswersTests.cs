using AspireChat.Client.Discovery;
using AspireChat.Client.Wire;
using AspireChat.Protos.V1;
using AspireChat.Tests.Infrastructure;
using Google.Protobuf;
using Xunit;

namespace AspireChat.Tests.Unit.Discovery;

public sealed class SurveyAnswersTests : IDisposable
{
    private const string Question = "0195c0de-0000-4000-8000-000000000001";

    private static readonly DateTimeOffset Since = DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_000);

    private readonly TestPeer _bob = new("bob");
    private readonly TestPeer _mallory = new("mallory");

    public void Dispose()
    {
        _bob.Dispose();
        _mallory.Dispose();
    }

    [Fact]
    public void A_sealed_answer_can_be_opened()
    {
        var opened = SurveyAnswers.Open(Sealed(("chess", GroupMode.Durable), ("now", GroupMode.Transient)), Question)!;
        Assert.Equal(new FoundUser("bob", "https://127.0.0.1:5001", Since), opened.User);
        Assert.Equal(_bob.Peer.Identity.Fingerprint, opened.Fingerprint);
        Assert.Equal([("chess", GroupMode.Durable), ("now", GroupMode.Transient)], opened.Groups.Order());
    }

    [Fact]
    public void An_answer_is_good_for_one_question_only() => Assert.Null(SurveyAnswers.Open(Sealed(), Guid.NewGuid().ToString()));

    [Fact]
    public void A_batch_of_messages_is_no_answer()
    {
        // The fields and the key are the same; the signature covers what kind of content it was made for.
        var content = SurveyAnswer.Parser.ParseFrom(Sealed()).Content;
        Assert.Null(SurveyAnswers.Open(Signed(content, "aspirechat.v1.MessageBatch"), Question));
        Assert.NotNull(SurveyAnswers.Open(Signed(content, "aspirechat.v1.SurveyAnswer"), Question));
    }

    public static TheoryData<string, Action<SurveyAnswer, SurveyAnswersTests>> Forgeries => new()
    {
        { "unsigned", (answer, _) => answer.Signature = ByteString.Empty },
        { "another key", (answer, test) => answer.PublicKey = ByteString.CopyFrom(test._mallory.Peer.Identity.PublicKey) },
        { "no key", (answer, _) => answer.PublicKey = ByteString.Empty },
        { "another name", (answer, _) => answer.Content = Changed(answer.Content, findings => findings.User = "carol") },
        { "another address", (answer, _) => answer.Content = Changed(answer.Content, findings => findings.Address = "https://evil:1") },
        { "no content", (answer, _) => answer.Content = ByteString.Empty },
    };

    [Theory]
    [MemberData(nameof(Forgeries), DisableDiscoveryEnumeration = true)]
    public void A_forged_answer_is_dropped(string forgery, Action<SurveyAnswer, SurveyAnswersTests> forge)
    {
        var answer = SurveyAnswer.Parser.ParseFrom(Sealed());
        forge(answer, this);
        Assert.True(SurveyAnswers.Open(answer.ToByteArray(), Question) is null, forgery);
    }

    public static TheoryData<string, Action<SurveyFindings>> Nonsense => new()
    {
        { "no name", findings => findings.User = "" },
        { "not a name", findings => findings.User = "Bob" },
        { "escapes", findings => findings.User = "\u001b[2J" },
        { "no address", findings => findings.Address = "" },
        { "an empty authority", findings => findings.Address = "urn:x" },
        { "a file", findings => findings.Address = "file:///etc/passwd" },
        { "nobody's address", findings => findings.Address = "https://169.254.169.254:80" },
        { "not an address", findings => findings.Address = "somewhere" },
        { "1,001 groups", findings => findings.Groups.AddRange(Enumerable.Range(0, 1_001).Select(i => new SurveyGroup { Name = $"g{i}", Mode = "durable" })) },
        { "an impossible time", findings => findings.Since = new() { Seconds = long.MaxValue } },
    };

    [Theory]
    [MemberData(nameof(Nonsense), DisableDiscoveryEnumeration = true)]
    public void A_well_signed_answer_with_invalid_content_is_dropped(string what, Action<SurveyFindings> change)
    {
        var content = Changed(SurveyAnswer.Parser.ParseFrom(Sealed()).Content, change);
        Assert.True(SurveyAnswers.Open(Signed(content, "aspirechat.v1.SurveyAnswer"), Question) is null, what);
    }

    [Fact]
    public void Groups_without_a_valid_name_are_left_out()
    {
        var content = Changed(SurveyAnswer.Parser.ParseFrom(Sealed()).Content, findings => findings.Groups.AddRange(
            ((string[])["chess", "Go", "", "a.b", "\u202e"]).Select(name => new SurveyGroup { Name = name, Mode = "durable" })));
        Assert.Equal([("chess", GroupMode.Durable)], SurveyAnswers.Open(Signed(content, "aspirechat.v1.SurveyAnswer"), Question)!.Groups);
    }

    [Fact]
    public void Unknown_modes_are_shown_by_name_and_malformed_ones_are_left_out()
    {
        var content = Changed(SurveyAnswer.Parser.ParseFrom(Sealed()).Content, findings => findings.Groups.AddRange(
            ((string[])["durable", "ledger", "transient", "", "Durable", "a b", "\u001b[2J"]).Select((mode, i) => new SurveyGroup { Name = $"g{i}", Mode = mode })));
        Assert.Equal(
            [("g0", GroupMode.Durable), ("g1", GroupMode.Find("ledger")!), ("g2", GroupMode.Transient)],
            SurveyAnswers.Open(Signed(content, "aspirechat.v1.SurveyAnswer"), Question)!.Groups);
        Assert.False(GroupMode.Find("ledger")!.IsKnown);
    }

    [Fact]
    public void An_answer_names_at_most_a_thousand_groups()
    {
        var many = Enumerable.Range(0, 1_500).Select(i => ($"g{i}", GroupMode.Durable)).ToArray();
        Assert.Equal(1_000, SurveyAnswers.Open(Sealed(many), Question)!.Groups.Count);
    }

    [Fact]
    public void Garbage_is_dropped()
    {
        var random = new Random(7);
        var good = Sealed();
        Assert.Null(SurveyAnswers.Open(ReadOnlyMemory<byte>.Empty, Question));
        for (var round = 0; round < 500; round++)
        {
            var noise = new byte[random.Next(1, 300)];
            random.NextBytes(noise);
            Assert.Null(SurveyAnswers.Open(noise, Question));
            Assert.Null(SurveyAnswers.Open(good.AsMemory(0, random.Next(good.Length)), Question));
        }
    }

    private byte[] Sealed(params (string Name, GroupMode Mode)[] groups) => SurveyAnswers.Seal(
        _bob.Peer, new Uri("https://127.0.0.1:5001"), Since, groups.ToDictionary(group => group.Name, group => group.Mode), Question);

    private byte[] Signed(ByteString content, string purpose) => new SurveyAnswer
    {
        Content = content,
        PublicKey = ByteString.CopyFrom(_bob.Peer.Identity.PublicKey),
        Signature = ByteString.CopyFrom(Signatures.Sign(_bob.Peer.Identity, purpose, Question, content.Span)),
    }.ToByteArray();

    private static ByteString Changed(ByteString content, Action<SurveyFindings> change)
    {
        var findings = SurveyFindings.Parser.ParseFrom(content);
        change(findings);
        return findings.ToByteString();
    }
}
