using AspireChat.Client.Page.Access;
using AspireChat.Tests.Infrastructure;
using Xunit;

namespace AspireChat.Tests.Unit.Page.Access;

public sealed class LoginCodesTests : IDisposable
{
    private readonly TempFolder _folder = new("codes");
    private readonly ManualClock _clock = new();
    private readonly LoginCodes _codes;

    public LoginCodesTests() => _codes = new LoginCodes(new LoginHandout(_folder.File, _clock), _clock);

    [Fact]
    public void A_code_works_once_and_for_ten_minutes()
    {
        var (first, second) = (_codes.Make().Code, _codes.Make().Code);

        Assert.True(_codes.TryUse(first));
        Assert.False(_codes.TryUse(first));
        _clock.Advance(LoginCodes.Lifetime);
        Assert.False(_codes.TryUse(second));
    }

    [Fact]
    public void A_link_is_replaced_at_half_of_its_codes_life_however_often_somebody_waits()
    {
        var code = _codes.Make().Code;
        Assert.Equal(LoginCodes.Lifetime / 2, _codes.FreshFor(code));

        _clock.Advance(LoginCodes.Lifetime / 4);
        Assert.Equal(LoginCodes.Lifetime / 4, _codes.FreshFor(code));
        _clock.Advance(LoginCodes.Lifetime / 2);
        Assert.Equal(TimeSpan.Zero, _codes.FreshFor(code));
        Assert.Equal(TimeSpan.Zero, _codes.FreshFor("unknown"));
    }

    [Fact]
    public async Task The_oldest_of_many_codes_makes_room()
    {
        var codes = Enumerable.Range(0, 17).Select(_ => _codes.Make().Code).ToList();

        await _codes.WhenOver(codes[0]).DefaultTimeout();
        Assert.False(_codes.TryUse(codes[0]));
        Assert.False(_codes.WhenOver(codes[1]).IsCompleted);
        Assert.All(codes.Skip(1), code => Assert.True(_codes.TryUse(code)));
    }

    [Fact]
    public void A_code_that_is_handed_out_by_the_data_directory_works_once()
    {
        new LoginHandout(_folder.File, _clock).Publish(new Uri("http://127.0.0.1:5000/"));
        var link = LoginHandout.MakeLink(_folder.FullName, _clock.GetUtcNow())!;
        var code = link.Split("#code=")[1];

        Assert.StartsWith("http://127.0.0.1:5000/login#code=", link, StringComparison.Ordinal);
        Assert.True(_codes.TryUse(code));
        Assert.False(_codes.TryUse(code));
    }

    public void Dispose() => _folder.Dispose();
}
