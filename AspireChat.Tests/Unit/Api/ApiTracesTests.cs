using AspireChat.Client.Api;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace AspireChat.Tests.Unit.Api;

public sealed class ApiTracesTests
{
    [Theory]
    [InlineData("/api/chats/bob/messages", false, true)]
    [InlineData("/api/chats/bob/read", false, false)]
    [InlineData("/api/chats/bob/read/", false, false)]
    [InlineData("/api/chats/bob/read", true, true)]
    [InlineData("/api/groups/tea/read", false, false)]
    [InlineData("/api/groups/tea/read", true, true)]
    [InlineData("/api/groups/tea/messages", false, true)]
    [InlineData("/api/events", true, false)]
    [InlineData("/api/events/", true, false)]
    [InlineData("/api/chats/read", false, true)]
    [InlineData("/api/chats/read/messages", false, true)]
    [InlineData("/api/groups/read", false, true)]
    public void The_page_traces_neither_its_event_stream_nor_its_read_marks(string path, bool isTraced, bool isIncluded)
    {
        var request = new DefaultHttpContext().Request;
        request.Path = path;
        if (isTraced)
        {
            request.Headers.TraceParent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        }

        Assert.Equal(isIncluded, ApiTraces.Includes(request));
    }
}
