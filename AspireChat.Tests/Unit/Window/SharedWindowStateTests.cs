using AspireChat.Client.Chat;
using AspireChat.Client.Window;
using AspireChat.Tests.Infrastructure;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace AspireChat.Tests.Unit.Window;

public sealed class SharedWindowStateTests : IDisposable
{
    private static readonly Conversation Bob = Conversation.With("bob");
    private static readonly Conversation Tea = Conversation.Of("tea");

    private readonly TempFolder _folder = new("window");

    [Fact]
    public void Everything_survives_a_restart()
    {
        using (var before = Open())
        {
            before.SetDraft(Bob, "hel");
            before.SetDraft(Tea, "gone");
            before.SetDraft(Bob, "hello");
            before.SetDraft(Tea, "");
            before.SetMuted(Tea, isMuted: true);
            before.SetMuted(Bob, isMuted: true);
            before.SetMuted(Bob, isMuted: false);
            before.Block("Eve");
            before.Block("zoe");
            before.Unblock("zoe");
        }

        using var after = Open();
        Assert.Equal(("hello", ""), (after.Draft(Bob), after.Draft(Tea)));
        Assert.Equal((true, false), (after.IsMuted(Tea), after.IsMuted(Bob)));
        Assert.Equal(["eve"], after.Blocked);
        Assert.Equal((true, false), (after.IsBlocked("eve"), after.IsBlocked("zoe")));
        Assert.Equal([SharedWindowState.FileName], Directory.GetFiles(_folder.FullName).Select(Path.GetFileName));
    }

    [Fact]
    public async Task A_change_is_written_soon()
    {
        using var state = Open();
        state.SetDraft(Bob, "hello");

        await Until.True("the draft is on disk", () => File.ReadAllText(_folder.File(SharedWindowState.FileName)).Contains("hello", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData("not JSON")]
    [InlineData("null")]
    [InlineData("""{ "drafts": null }""")]
    [InlineData("""{ "muted": 3 }""")]
    public void A_damaged_file_is_forgotten(string content)
    {
        File.WriteAllText(_folder.File(SharedWindowState.FileName), content);
        using (var damaged = Open())
        {
            Assert.Equal("", damaged.Draft(Bob));
            damaged.SetDraft(Bob, "new");
        }

        using var mended = Open();
        Assert.Equal("new", mended.Draft(Bob));
    }

    [Fact]
    public void Drafts_are_bounded()
    {
        using var state = Open();
        for (var i = 0; i <= SharedWindowState.MostDrafts; i++)
        {
            state.SetDraft(Conversation.With($"user{i}"), new string('x', SharedWindowState.MostCharacters + 1));

            // The first one is begun again, so the second is the oldest.
            state.SetDraft(Conversation.With("user0"), "again");
        }

        Assert.Equal("again", state.Draft(Conversation.With("user0")));
        Assert.Equal("", state.Draft(Conversation.With("user1")));
        Assert.Equal(SharedWindowState.MostCharacters, state.Draft(Conversation.With("user2")).Length);
    }

    [Fact]
    public void Blocked_users_and_muted_conversations_are_bounded()
    {
        using var state = Open();
        for (var i = 0; i < SharedWindowState.MostEntries; i++)
        {
            state.Block($"user{i}");
            state.SetMuted(Conversation.Of($"group{i}"), isMuted: true);
        }

        state.Block("user0");
        Assert.Equal(ChatFault.Conflict, Assert.Throws<ChatException>(() => state.Block("eve")).Fault);
        Assert.Equal(ChatFault.Conflict, Assert.Throws<ChatException>(() => state.SetMuted(Bob, isMuted: true)).Fault);
        Assert.Equal(ChatFault.InvalidName, Assert.Throws<ChatException>(() => state.Block("no name")).Fault);
        state.Unblock("user0");
        state.Block("eve");
        Assert.True(state.IsBlocked("eve"));
    }

    [Fact]
    public void Others_are_told_only_what_they_show()
    {
        using var state = Open();
        var told = 0;
        state.Changed += () => told++;

        state.SetDraft(Bob, "h");
        Assert.Equal(1, told);
        state.SetDraft(Bob, "he");
        Assert.Equal(1, told);
        state.SetDraft(Bob, "");
        Assert.Equal(2, told);
        state.Block("eve");
        state.Block("eve");
        Assert.Equal(3, told);
        state.SetMuted(Tea, isMuted: true);
        state.SetMuted(Tea, isMuted: true);
        Assert.Equal(4, told);
        state.TellRead();
        Assert.Equal(5, told);
    }

    public void Dispose() => _folder.Dispose();

    private SharedWindowState Open() => new(_folder.File, TimeProvider.System, NullLogger<SharedWindowState>.Instance);
}
