namespace AspireChat.Client.Page.Markdown;

/// <summary>Turns the text of a message into HTML that a page may show as it is.</summary>
/// <remarks>
/// <para>
/// Others write these texts, so each step narrows what the step before lets through: <see cref="ShownText"/> removes what
/// deceives, <see cref="MarkdownSubset"/> knows a small part of Markdown and no HTML, <see cref="AllowedHtml"/> keeps twelve
/// tags and one attribute, and <see cref="MessageWriter"/> writes nothing else and says where links really lead.
/// </para>
/// <para>
/// A line break of the text is a <c>br</c>; outside code blocks there are no line breaks in the HTML that a page with
/// <c>white-space: pre-wrap</c> would show a second time.
/// </para>
/// </remarks>
internal static class MessageMarkup
{
    /// <summary>
    /// Returns the text as HTML. A text that is nested deeper than people write, and so only costs time, comes without its
    /// markup.
    /// </summary>
    /// <param name="text">The text as received, of at most <see cref="MessageText.MaxBytes"/>.</param>
    public static string ToHtml(string text)
    {
        var shown = ShownText.Lines(text);
        using var document = AllowedHtml.Parse(MarkdownSubset.TryToHtml(shown, out var html) ? html : MarkdownSubset.Plain(shown));
        return MessageWriter.Write(document.Body!);
    }
}
