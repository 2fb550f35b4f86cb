using System.Text.Json;
using AspireChat.Bench.Compare;
using AspireChat.Bench.Raw;
using AspireChat.Bench.Roles;

namespace AspireChat.Bench.Processes;

/// <summary>A question to a role, sent as a line of JSON; its answer is of the given type.</summary>
internal abstract record Request<TAnswer>;

/// <summary>The answer that says only that it is done.</summary>
internal sealed record Done
{
    public static Done Yes { get; } = new();
}

/// <summary>What a process of a workload does: answers one request after the other.</summary>
internal abstract class Role : IAsyncDisposable
{
    private readonly Dictionary<string, Func<JsonElement, Task<object>>> _answers = [];

    protected Role() => On<ReadClock, long>(_ => Task.FromResult(System.Diagnostics.Stopwatch.GetTimestamp()));

    /// <summary>Makes a role by the name of its class.</summary>
    public static Role Create(string name) => name switch
    {
        nameof(ClientsRole) => new ClientsRole(),
        nameof(RawReceiverRole) => new RawReceiverRole(),
        nameof(RawSenderRole) => new RawSenderRole(),
        nameof(RawMembersRole) => new RawMembersRole(),
        nameof(PresenceRole) => new PresenceRole(),
        nameof(HistoryRole) => new HistoryRole(),
        nameof(RawPublisherRole) => new RawPublisherRole(),
        nameof(RawSurveyRole) => new RawSurveyRole(),
        nameof(RawHeartbeatRole) => new RawHeartbeatRole(),
        nameof(RawHistoryRole) => new RawHistoryRole(),
        nameof(SenderRole) => new SenderRole(),
        nameof(MembersRole) => new MembersRole(),
        _ => throw new ArgumentException($"There is no role {name}."),
    };

    /// <summary>Answers one request.</summary>
    public Task<object> AnswerAsync(string request, JsonElement with) => _answers.TryGetValue(request, out var answer)
        ? answer(with)
        : throw new ArgumentException($"{GetType().Name} knows no {request}.");

    public abstract ValueTask DisposeAsync();

    /// <summary>Says how a kind of request is answered.</summary>
    protected void On<TRequest, TAnswer>(Func<TRequest, Task<TAnswer>> answer)
        where TRequest : Request<TAnswer>
        where TAnswer : notnull =>
        _answers.Add(typeof(TRequest).Name, async with => await answer(with.Deserialize<TRequest>()!));

    /// <summary>Says how a kind of request is answered that has no other answer than that it is done.</summary>
    protected void On<TRequest>(Func<TRequest, Task> act)
        where TRequest : Request<Done> =>
        On<TRequest, Done>(async with =>
        {
            await act(with);
            return Done.Yes;
        });
}

/// <summary>What time it is, in ticks of <see cref="System.Diagnostics.Stopwatch"/>.</summary>
internal sealed record ReadClock : Request<long>;
