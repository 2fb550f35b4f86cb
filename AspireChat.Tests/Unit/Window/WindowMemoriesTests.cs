using AspireChat.Client.Chat;
using AspireChat.Client.Window;
using AspireChat.Tests.Infrastructure;
using Xunit;

namespace AspireChat.Tests.Unit.Window;

/// <summary>Toasts, warnings and surveys: what a window remembers of what was said.</summary>
public sealed class WindowMemoriesTests
{
    private static readonly DateTimeOffset Since = DateTimeOffset.UnixEpoch;

    [Fact]
    public void The_last_five_toasts_are_shown_each_sentence_once()
    {
        var toasts = new ToastList();
        foreach (var sentence in (string[])["one", "two", "three", "four", "five", "six", "three"])
        {
            toasts.Add(sentence, isError: sentence == "six");
        }

        Assert.Equal(
            [new(2, "two", false), new(4, "four", false), new(5, "five", false), new(6, "six", true), new(7, "three", false)], toasts.Shown);
        toasts.Dismiss(5);
        toasts.Dismiss(5);
        Assert.Equal(["two", "four", "six", "three"], toasts.Shown.Select(toast => toast.Sentence));
    }

    [Fact]
    public void The_last_warning_of_each_user_is_shown_until_it_is_dismissed()
    {
        var warnings = new KeyWarnings();
        warnings.Add("bob", "bob shows b", new KeyChange("a", "b"));
        warnings.Add("eve", "eve shows c", keys: null);
        warnings.Add("bob", "bob shows d", new KeyChange("a", "d"));
        warnings.Add("bob", "bob shows b", new KeyChange("a", "b"));
        Assert.Equal([new("eve", "eve shows c", null, null), new("bob", "bob shows d", "a", "d")], warnings.Shown);

        warnings.Show("bob", isShown: false);
        warnings.Add("bob", "bob shows d", new KeyChange("a", "d"));
        Assert.Equal(["eve"], warnings.Shown.Select(warning => warning.User));
        Assert.Equal("d", warnings.Find("bob")?.NewFingerprint);
        warnings.Show("bob", isShown: true);
        Assert.Equal(["eve", "bob"], warnings.Shown.Select(warning => warning.User));
        warnings.Remove("bob");
        Assert.Null(warnings.Find("bob"));
        warnings.Add("bob", "bob shows e", new KeyChange("a", "e"));
        Assert.Equal(["eve", "bob"], warnings.Shown.Select(warning => warning.User));
    }

    [Fact]
    public void A_thousand_warnings_are_bounded()
    {
        var warnings = new KeyWarnings();
        for (var i = 0; i < 1_000; i++)
        {
            warnings.Add($"user{i}", $"sentence {i}", keys: null);
        }

        Assert.Equal(Enumerable.Range(968, 32).Select(i => $"user{i}"), warnings.Shown.Select(warning => warning.User));
    }

    [Fact]
    public void A_survey_shows_its_answers_and_the_time_left()
    {
        var clock = new ManualClock();
        var survey = new SurveyProgress(clock);
        Assert.Null(survey.Now);
        Assert.False(survey.Add(Found("early")));

        Assert.True(survey.TryStart());
        Assert.False(survey.TryStart());
        Assert.True(survey.Add(Found("zoe")));
        Assert.True(survey.Add(Found("bob")));
        Assert.True(survey.Add(new FoundEvent(User: null, new FoundGroup("tea", GroupMode.Durable, 1))));
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(("bob zoe", "tea", 2.0, null), Shown(survey));
        clock.Advance(TimeSpan.FromSeconds(9));
        Assert.Equal(("bob zoe", "tea", 0.0, null), Shown(survey));

        survey.End(new SurveyResult([Found("bob").User!], [], SurveyEnd.Timeout));
        Assert.False(survey.Add(Found("late")));
        Assert.Equal(("bob", "", 0.0, SurveyEnd.Timeout), Shown(survey));
    }

    [Fact]
    public void A_survey_that_could_not_be_made_does_not_show_the_answers_of_the_one_before()
    {
        var survey = new SurveyProgress(new ManualClock());
        Assert.True(survey.TryStart());
        survey.End(null);
        Assert.Null(survey.Now);

        Assert.True(survey.TryStart());
        survey.End(new SurveyResult([Found("bob").User!], [], SurveyEnd.Complete));
        Assert.True(survey.TryStart());
        Assert.Equal(("", "", SurveyResult.DefaultSeconds, null), Shown(survey));
        survey.End(null);
        Assert.Null(survey.Now);
    }

    private static FoundEvent Found(string user) => new(new FoundUser(user, "https://127.0.0.1:9", Since), Group: null);

    private static (string Users, string Groups, double Left, SurveyEnd? Ended) Shown(SurveyProgress survey) => (
        string.Join(' ', survey.Now!.Users.Select(user => user.Name)),
        string.Join(' ', survey.Now.Groups.Select(group => group.Name)),
        survey.Now.SecondsLeft,
        survey.Now.Ended);
}
