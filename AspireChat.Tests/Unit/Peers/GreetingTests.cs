using AspireChat.Client.Peers;
using Grpc.Core;
using Xunit;

namespace AspireChat.Tests.Unit.Peers;

public sealed class GreetingTests
{
    [Fact]
    public void A_greeting_is_a_name_and_an_epoch() =>
        Assert.Equal(new Greeting("bob", 42, SealingKey: null), Greeting.Read(Metadata("bob", "42")));

    [Theory]
    [InlineData(null, "1")]
    [InlineData("bob", null)]
    [InlineData("", "1")]
    [InlineData("Bob", "1")]
    [InlineData("bob smith", "1")]
    [InlineData("bob", "")]
    [InlineData("bob", "x")]
    [InlineData("bob", "-1")]
    [InlineData("bob", "+1")]
    [InlineData("bob", " 1")]
    [InlineData("bob", "1.5")]
    [InlineData("bob", "9223372036854775808")]
    public void Any_other_metadata_is_no_greeting(string? name, string? epoch) => Assert.Null(Greeting.Read(Metadata(name, epoch)));

    private static Metadata Metadata(string? name, string? epoch)
    {
        var metadata = new Metadata();
        if (name is not null)
        {
            metadata.Add("aspirechat-name", name);
        }

        if (epoch is not null)
        {
            metadata.Add("aspirechat-epoch", epoch);
        }

        return metadata;
    }
}
