using AspireChat.Client.Chat;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.Extensions.Options;

namespace AspireChat.Client.Page;

/// <summary>
/// Keeps the keys that protect what the page hands to the browser in the data directory: a page that reconnects after a
/// restart is recognised, and another user's client, which has other keys, recognises nothing of it.
/// </summary>
internal sealed class PageKeys(DataFile file, ILoggerFactory logging) : IConfigureOptions<KeyManagementOptions>
{
    /// <inheritdoc/>
    public void Configure(KeyManagementOptions options) => options.XmlRepository = new FileSystemXmlRepository(
        Directory.CreateDirectory(file("page-keys")), logging);
}
