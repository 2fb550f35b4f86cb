using AspireChat.Client.Discovery;
using Xunit;

namespace AspireChat.Tests.Unit.Discovery;

public sealed class SurveyFindingsSoFarTests
{
    [Fact]
    public void A_survey_is_complete_when_all_listed_users_have_answered()
    {
        var findings = Findings(listed: ["bob", "carol"]);
        Assert.False(findings.IsComplete);
        findings.Add(Answer("carol"));
        Assert.False(findings.IsComplete);
        findings.Add(Answer("bob"));
        Assert.True(findings.IsComplete);
        Assert.Equal(SurveyEnd.Complete, findings.ToResult().Ended);
    }

    [Fact]
    public void An_unlisted_user_is_found_but_replaces_no_listed_one()
    {
        var findings = Findings(listed: ["bob"]);
        Assert.NotNull(findings.Add(Answer("zoe")));
        Assert.False(findings.IsComplete);
        Assert.Equal(["zoe"], findings.ToResult().Users.Select(user => user.Name));
        Assert.Equal(SurveyEnd.Timeout, findings.ToResult().Ended);
    }

    [Fact]
    public void A_survey_with_an_empty_list_is_never_complete()
    {
        var findings = Findings(listed: []);
        Assert.False(findings.IsComplete);
        findings.Add(Answer("bob"));
        Assert.False(findings.IsComplete);
    }

    [Fact]
    public void A_second_answer_of_the_same_user_is_ignored()
    {
        var findings = Findings(listed: ["bob"]);
        var first = Answer("bob", "chess");
        findings.Add(first);
        Assert.Null(findings.Add(Answer("bob", "chess", "go")));

        var result = findings.ToResult();
        Assert.Equal([first.User], result.Users);
        Assert.Equal([new FoundGroup("chess", GroupMode.Durable, 1)], result.Groups);
    }

    [Fact]
    public void Each_group_is_reported_once_and_its_members_are_counted()
    {
        var findings = Findings(listed: ["bob", "carol", "dora"]);
        Assert.Equal(["chess", "go"], findings.Add(Answer("bob", "chess", "go"))!.Select(group => group.Name));
        Assert.Equal(["ping"], findings.Add(Answer("carol", "go", "ping"))!.Select(group => group.Name));
        Assert.Empty(findings.Add(Answer("dora", "go"))!);
        Assert.Equal([("chess", 1), ("go", 3), ("ping", 1)], Members(findings));
    }

    [Fact]
    public void A_group_named_twice_in_one_answer_gains_one_member()
    {
        var findings = Findings(listed: ["bob"]);
        findings.Add(Answer("bob", "chess", "chess"));
        Assert.Equal([("chess", 1)], Members(findings));
    }

    [Fact]
    public void The_asker_counts_in_groups_that_another_user_names_too()
    {
        var findings = Findings(listed: ["bob", "carol"], own: ["chess", "alone"]);
        findings.Add(Answer("bob", "chess"));
        findings.Add(Answer("carol", "chess"));
        Assert.Equal([("chess", 3)], Members(findings));
    }

    [Fact]
    public void Users_and_groups_are_in_alphabetical_order()
    {
        var findings = Findings(listed: []);
        findings.Add(Answer("zoe", "z"));
        findings.Add(Answer("a-b", "a_b"));
        findings.Add(Answer("ab", "a-b"));
        Assert.Equal(["a-b", "ab", "zoe"], findings.ToResult().Users.Select(user => user.Name));
        Assert.Equal(["a-b", "a_b", "z"], findings.ToResult().Groups.Select(group => group.Name));
    }

    private static SurveyFindingsSoFar Findings(string[] listed, string[]? own = null) => new(listed.ToHashSet(), (own ?? []).ToHashSet());

    private static OpenedAnswer Answer(string user, params string[] groups) => new(
        new FoundUser(user, "https://127.0.0.1:1", DateTimeOffset.UnixEpoch),
        $"key of {user}",
        [.. groups.Select(group => (group, GroupMode.Durable))]);

    private static IEnumerable<(string, int)> Members(SurveyFindingsSoFar findings) =>
        findings.ToResult().Groups.Select(group => (group.Name, group.Members));
}
