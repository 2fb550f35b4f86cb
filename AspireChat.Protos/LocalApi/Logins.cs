namespace AspireChat.Protos.LocalApi;

/// <summary>A code that opens the page: <c>http://host:port/login#code=…</c>. It works once.</summary>
/// <param name="Code">The code, in characters that need no escaping in an address.</param>
/// <param name="Ends">When it ends unless it is used before.</param>
public sealed record LoginCode(string Code, DateTimeOffset Ends);
