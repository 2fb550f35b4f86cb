using System.Buffers;
using System.Text;
using AspireChat.Client.Api;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace AspireChat.Tests.Unit.Api;

public class ApiBodyTests
{
    private const string Example = """{ "text": "…" }""";

    [Theory]
    [InlineData("""{"text":"hi"}""", "hi")]
    [InlineData(""" { "other" : [1], "text" : "h\u00fc \ud83d\ude00" } """, "hü 😀")]
    [InlineData("{}", null)]
    [InlineData("""{"Text":"hi"}""", null)]
    public void An_object_is_read(string body, string? text) => Assert.Equal(text, Parse(Encoding.UTF8.GetBytes(body)).Text);

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("""["text"]""")]
    [InlineData("\"text\"")]
    [InlineData("hello")]
    [InlineData("""{"text":5}""")]
    [InlineData("""{"text":{}}""")]
    [InlineData("""{"text":"a","text":"b"}""")]
    [InlineData("""{"text":"\ud800"}""")]
    [InlineData("""{"text":"\udc00\ud800"}""")]
    [InlineData("""{"text":"a"} x""")]
    [InlineData("""{"text":"a""")]
    [InlineData("{\"text\":\"a\nb\"}")]
    public void Any_other_body_is_refused_with_what_is_expected(string body)
    {
        var refusal = Assert.Throws<BadHttpRequestException>(() => Parse(Encoding.UTF8.GetBytes(body)));

        Assert.Equal(StatusCodes.Status400BadRequest, refusal.StatusCode);
        Assert.EndsWith($"expected: {Example}.", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0xC3, 0x28)]
    [InlineData(0xED, 0xA0)]
    [InlineData(0xC0, 0xAF)]
    [InlineData(0xFF, 0xFE)]
    public void A_body_that_is_not_UTF_8_is_refused_and_not_repaired(byte first, byte second)
    {
        byte[] body = [.. "{\"text\":\""u8, first, second, .. "\"}"u8];

        var refusal = Assert.Throws<BadHttpRequestException>(() => Parse(body));

        Assert.StartsWith("The body is not valid UTF-8", refusal.Message, StringComparison.Ordinal);
    }

    private static TextBody Parse(byte[] body) =>
        ApiBody.Parse<TextBody>(new ReadOnlySequence<byte>(body), Example);
}
