using AspireChat.Client.Page.Markdown;
using Xunit;

namespace AspireChat.Tests.Unit.Page.Markdown;

public sealed class MessageMarkupTests
{
    private const string Safe = "rel=\"noopener noreferrer nofollow\" target=\"_blank\"";

    [Theory]
    [InlineData("hello", "<p>hello</p>")]
    [InlineData("one\ntwo\r\nthree", "<p>one<br>two<br>three</p>")]
    [InlineData("one\n\ntwo  spaces", "<p>one</p><p>two  spaces</p>")]
    [InlineData("1 < 2 && \"a\" > 'b'", "<p>1 &lt; 2 &amp;&amp; &quot;a&quot; &gt; 'b'</p>")]
    [InlineData("AT&amp;T &lt;b&gt; &#x202E;", "<p>AT&amp;amp;T &amp;lt;b&amp;gt; &amp;#x202E;</p>")]
    [InlineData("<b>not bold</b>", "<p>&lt;b&gt;not bold&lt;/b&gt;</p>")]
    [InlineData("snake_case_name and 2 * 3 * 4", "<p>snake_case_name and 2 * 3 * 4</p>")]
    [InlineData("| a | b |\n|---|---|", "<p>| a | b |<br>|---|---|</p>")]
    [InlineData("[note]: read this", "<p>[note]: read this</p>")]
    [InlineData("#tag", "<p>#tag</p>")]
    [InlineData("before\n===", "<p>before<br>===</p>")]
    [InlineData("* * *", "<p>* * *</p>")]
    [InlineData("\e[2Jhi", "<p>␛[2Jhi</p>")]
    public void A_text_without_markdown_looks_as_it_was_typed(string text, string html) =>
        Assert.Equal(html, MessageMarkup.ToHtml(text));

    [Theory]
    [InlineData("*em* **strong** ~~gone~~", "<p><em>em</em> <strong>strong</strong> <del>gone</del></p>")]
    [InlineData("`a < b`", "<p><code>a &lt; b</code></p>")]
    [InlineData("```js\nif (a)\n\n  b\n```", "<pre><code>if (a)\n\n  b\n</code></pre>")]
    [InlineData("- a\n- b\n  - c", "<ul><li>a</li><li>b<ul><li>c</li></ul></li></ul>")]
    [InlineData("1. a\n2. b", "<ol><li>a</li><li>b</li></ol>")]
    [InlineData("> said\n> he", "<blockquote><p>said<br>he</p></blockquote>")]
    [InlineData("# Title\ntext", "<p><strong>Title</strong></p><p>text</p>")]
    public void Markdown_that_messages_have_is_shown(string text, string html) => Assert.Equal(html, MessageMarkup.ToHtml(text));

    [Theory]
    [InlineData("3. is right", "<ul><li>3. is right</li></ul>")]
    [InlineData("1. a\n1. b", "<ul><li>1. a</li><li>1. b</li></ul>")]
    [InlineData("2) a\n3) b", "<ul><li>2) a</li><li>3) b</li></ul>")]
    public void Numbers_that_a_page_would_change_stay_as_typed(string text, string html) => Assert.Equal(html, MessageMarkup.ToHtml(text));

    [Theory]
    [InlineData("https://a.example/x?b=1&c=2", "https://a.example/x?b=1&amp;c=2", "https://a.example/x?b=1&amp;c=2")]
    [InlineData("www.a.example", "https://www.a.example/", "www.a.example")]
    [InlineData("<https://a.example>", "https://a.example/", "https://a.example")]
    [InlineData("<x@a.example>", "mailto:x@a.example", "x@a.example")]
    [InlineData("[a.example/x](http://a.example/x)", "http://a.example/x", "a.example/x")]
    [InlineData("[](https://a.example/x)", "https://a.example/x", "https://a.example/x")]
    public void A_link_that_says_its_target_is_shown_alone(string text, string href, string shown) =>
        Assert.Equal($"<p><a href=\"{href}\" {Safe}>{shown}</a></p>", MessageMarkup.ToHtml(text));

    [Theory]
    [InlineData("[bank.example](https://evil.example)", "https://evil.example/", "bank.example", "evil.example")]
    [InlineData("[here](https://a.example/x)", "https://a.example/x", "here", "a.example")]
    [InlineData("[https://a.example/x](https://a.example/y)", "https://a.example/y", "https://a.example/x", "a.example")]
    [InlineData("[https://bank.example@evil.example/](https://bank.example@evil.example/)", "https://evil.example/",
        "https://bank.example@evil.example/", "evil.example")]
    [InlineData("[https://bank.example](https://bank.example\\@evil.example)", "https://evil.example/",
        "https://bank.example", "evil.example")]
    [InlineData("http://аррӏе.com", "http://xn--80ak6aa92e.com/", "http://аррӏе.com", "xn--80ak6aa92e.com")]
    [InlineData("[x@bank.example](mailto:x@evil.example)", "mailto:x@evil.example", "x@bank.example", "x@evil.example")]
    [InlineData("[local](http://0x7f.1/)", "http://127.0.0.1/", "local", "127.0.0.1")]
    [InlineData("![a cat](https://a.example/cat.png)", "https://a.example/cat.png", "a cat", "a.example")]
    public void The_real_host_follows_a_link_that_says_something_else(string text, string href, string shown, string host) =>
        Assert.Equal($"<p><a href=\"{href}\" {Safe}>{shown}</a> ({host})</p>", MessageMarkup.ToHtml(text));

    [Theory]
    [InlineData("[a](/api/me)")]
    [InlineData("[a](api/me)")]
    [InlineData("[a](#top)")]
    [InlineData("[a](?x=y)")]
    [InlineData("[a](//evil.example)")]
    [InlineData("[a](ftp://a.example)")]
    [InlineData("[a](javascript:alert%281%29)")]
    [InlineData("[a](mailto:nobody)")]
    [InlineData("[a](https://bank.example\\\\@evil.example)")]
    public void A_link_that_leads_elsewhere_is_plain_text(string text) => Assert.Equal("<p>a</p>", MessageMarkup.ToHtml(text));

    [Fact]
    public void Marks_do_not_climb_over_tags()
    {
        var marks = new string('\u0301', ShownText.MaxMarks);
        var text = "a" + marks + string.Concat(Enumerable.Repeat($"**{marks}**{marks}[{marks}](/x)", 30));

        Assert.Equal("a" + marks, ParsedMessage.Of(text).TextContent.TrimEnd('*'));
    }

    [Fact]
    public void A_line_does_not_begin_with_marks() =>
        Assert.Equal("<p>a<br>b</p>", MessageMarkup.ToHtml("a  \n\u0301\u0301b"));
}
