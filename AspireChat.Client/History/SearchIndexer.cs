using AspireChat.Client.Faults;

namespace AspireChat.Client.History;

/// <summary>
/// Adds stored messages to the search index, after them and in short writes. It waits until nothing has been stored for a moment,
/// so a burst does not share the disk with it; until then a search reads the messages themselves.
/// </summary>
internal sealed partial class SearchIndexer(MessageStore store, TimeProvider time, ILogger<SearchIndexer> logger) : BackgroundService
{
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(500);

    // Without it the index would stay behind for as long as somebody says something in every moment.
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);

    // Between two writes, so that most of the writer's time is left to messages.
    private static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(20);

    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromMinutes(1);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var backoff = new Backoff(FirstRetry, LongestRetry);
        var isBehind = false;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await UntilQuietAsync(stoppingToken);
                while (await store.IndexMoreAsync())
                {
                    await Task.Delay(Rest, time, stoppingToken);
                }

                if (isBehind)
                {
                    Log.Mended(logger);
                    isBehind = false;
                }

                backoff.Reset();
                await store.Stored.WaitAsync(stoppingToken);
            }
            catch (Exception) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                // The disk may be full, for example. Messages are found nevertheless, only more slowly.
                if (!isBehind)
                {
                    Log.Behind(logger, e);
                    isBehind = true;
                }

                await Task.Delay(backoff.Next(), time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task UntilQuietAsync(CancellationToken stopping)
    {
        var since = time.GetTimestamp();
        do
        {
            await Task.Delay(Quiet, time, stopping);
        }
        while (store.Stored.TryTake() && time.GetElapsedTime(since) < LongestWait);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Stored messages cannot be added to the search index; searches become slower until they can", EventName = "SearchIndexBehind")]
        public static partial void Behind(ILogger logger, Exception exception);

        [LoggerMessage(2, LogLevel.Information, "Stored messages are added to the search index again", EventName = "SearchIndexMended")]
        public static partial void Mended(ILogger logger);
    }
}
