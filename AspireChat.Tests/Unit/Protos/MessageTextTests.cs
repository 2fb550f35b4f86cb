using Xunit;

namespace AspireChat.Tests.Unit.Protos;

public sealed class MessageTextTests
{
    public static TheoryData<string> Good => new(
        "x", "\0", "\n", "žluťoučký kůň", "👩‍👩‍👧‍👦", new string('x', MessageText.MaxBytes), new string('é', MessageText.MaxBytes / 2));

    [Theory]
    [MemberData(nameof(Good))]
    public void Up_to_16_KiB_of_any_Unicode_is_a_message(string text) => Assert.Null(MessageText.Check(text));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public void A_message_needs_a_text(string? text) => Assert.Equal(ChatFault.InvalidText, MessageText.Check(text)?.Fault);

    [Fact]
    public void The_limit_counts_bytes_and_not_characters()
    {
        Assert.Equal(ChatFault.TextTooLong, MessageText.Check(new string('x', MessageText.MaxBytes + 1))?.Fault);
        Assert.Equal(ChatFault.TextTooLong, MessageText.Check(new string('é', (MessageText.MaxBytes / 2) + 1))?.Fault);
    }

    [Fact]
    public void Lone_surrogates_are_refused_at_any_position()
    {
        Assert.Equal(ChatFault.InvalidText, MessageText.Check("\ud83d")?.Fault);
        Assert.Equal(ChatFault.InvalidText, MessageText.Check("a\ude00b")?.Fault);
        Assert.Equal(ChatFault.InvalidText, MessageText.Check("a\ud83d\ud83d\ude00")?.Fault);
    }
}
