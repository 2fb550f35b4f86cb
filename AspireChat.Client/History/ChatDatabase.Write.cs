namespace AspireChat.Client.History;

public sealed partial class ChatDatabase
{
    private abstract class Write(bool flushes)
    {
        public bool Flushes { get; } = flushes;

        public abstract void Run(HistoryConnection connection);

        public abstract void Complete();

        public abstract void Fail(Exception e);
    }

    private sealed class Write<T>(Func<HistoryConnection, T> change, Action<T>? committed, bool flushes) : Write(flushes)
    {
        private readonly TaskCompletionSource<T> _committed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private T? _result;

        public Task<T> Committed => _committed.Task;

        public override void Run(HistoryConnection connection) => _result = change(connection);

        public override void Complete()
        {
            committed?.Invoke(_result!);
            _committed.SetResult(_result!);
        }

        public override void Fail(Exception e) => _committed.SetException(e);
    }
}
