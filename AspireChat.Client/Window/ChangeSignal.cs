namespace AspireChat.Client.Window;

/// <summary>
/// Tells a window's watchers that something has changed: at once, but in a burst at most once per <see cref="Pause"/>, and
/// always once more after the last change. Never calls them twice at the same time.
/// </summary>
internal sealed partial class ChangeSignal : IDisposable
{
    /// <summary>The least time between two calls.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private readonly Lock _gate = new();
    private readonly Action _raise;
    private readonly ILogger _logger;
    private readonly ITimer _timer;
    private bool _isBusy;
    private bool _isAgain;
    private bool _isEnded;

    /// <summary>Makes a signal.</summary>
    /// <param name="raise">Called on a thread of its own, under no lock; an exception of it is logged.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">The log.</param>
    public ChangeSignal(Action raise, TimeProvider time, ILogger logger)
    {
        (_raise, _logger) = (raise, logger);
        _timer = time.CreateTimer(_ => Fire(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Something has changed.</summary>
    public void Ring()
    {
        lock (_gate)
        {
            _isAgain = true;
            if (!_isBusy && !_isEnded)
            {
                _isBusy = true;
                _timer.Change(TimeSpan.Zero, Timeout.InfiniteTimeSpan);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            _isEnded = true;
        }

        _timer.Dispose();
    }

    // The timer fires again after the pause as long as there was a ring, and rests after one without.
    private void Fire()
    {
        lock (_gate)
        {
            if (!_isAgain || _isEnded)
            {
                _isBusy = false;
                return;
            }

            _isAgain = false;
        }

        try
        {
            _raise();
        }
        catch (Exception e)
        {
            // A watcher that fails must not end the process, nor keep later changes from being told.
            Log.NotTold(_logger, e);
        }

        lock (_gate)
        {
            if (!_isEnded)
            {
                _timer.Change(Pause, Timeout.InfiniteTimeSpan);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "A watcher of a window failed", EventName = "WindowWatcherFailed")]
        public static partial void NotTold(ILogger logger, Exception exception);
    }
}
