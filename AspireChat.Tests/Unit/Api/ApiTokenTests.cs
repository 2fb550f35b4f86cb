using AspireChat.Client.Api;
using Microsoft.Extensions.Options;
using Xunit;

namespace AspireChat.Tests.Unit.Api;

public class ApiTokenTests
{
    [Theory]
    [InlineData("Bearer s3cret", true)]
    [InlineData("bearer s3cret", true)]
    [InlineData("Bearer s3cre", false)]
    [InlineData("Bearer s3crett", false)]
    [InlineData("Bearer S3CRET", false)]
    [InlineData("Bearer ", false)]
    [InlineData("Basic s3cret", false)]
    [InlineData("s3cret", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void Only_the_configured_token_is_accepted(string? authorization, bool isRight)
    {
        var token = Token("s3cret");

        Assert.False(token.IsGenerated);
        Assert.Equal(isRight, token.IsIn(authorization));
    }

    [Fact]
    public void A_random_token_is_made_if_none_is_configured()
    {
        var (one, other) = (Token(""), Token(""));

        Assert.True(one.IsGenerated);
        Assert.Equal(43, one.Value.Length);
        Assert.True(one.IsIn($"Bearer {one.Value}"));
        Assert.False(one.IsIn($"Bearer {other.Value}"));
        Assert.False(one.IsIn("Bearer "));
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("abcABC019-._~+/==", true)]
    [InlineData("with space", false)]
    [InlineData("=a", false)]
    [InlineData("schlüssel", false)]
    public void A_token_has_only_characters_that_a_header_can_carry(string token, bool isValid) =>
        Assert.Equal(isValid, new ApiOptionsValidator().Validate(null, new ApiOptions { ApiToken = token }).Succeeded);

    private static ApiToken Token(string configured) => new(Options.Create(new ApiOptions { ApiToken = configured }));
}
