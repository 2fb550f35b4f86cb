using AspireChat.Client.Api;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace AspireChat.Tests.Unit.Api;

public class ProblemMappingTests
{
    [Theory]
    [InlineData(ChatFault.InvalidName, 400, "invalid-name")]
    [InlineData(ChatFault.InvalidText, 400, "invalid-text")]
    [InlineData(ChatFault.InvalidArgument, 400, "invalid-argument")]
    [InlineData(ChatFault.TextTooLong, 413, "text-too-long")]
    [InlineData(ChatFault.NotFound, 404, "not-found")]
    [InlineData(ChatFault.Declined, 409, "declined")]
    [InlineData(ChatFault.Conflict, 409, "conflict")]
    [InlineData(ChatFault.NoAnswer, 504, "no-answer")]
    [InlineData(ChatFault.KeyMismatch, 409, "key-mismatch")]
    [InlineData(ChatFault.Unavailable, 503, "unavailable")]
    public void A_refusal_has_its_status_its_fault_and_its_sentence(ChatFault fault, int status, string name)
    {
        var problem = ProblemMapping.Describe(new ChatException(fault, "A sentence."));

        Assert.Equal(status, problem.StatusCode);
        Assert.Equal(status, problem.ProblemDetails.Status);
        Assert.Equal("A sentence.", problem.ProblemDetails.Detail);
        Assert.Equal(name, problem.ProblemDetails.Extensions["fault"]);
        Assert.NotEmpty(problem.ProblemDetails.Title!);
        Assert.NotEmpty(problem.ProblemDetails.Type!);
    }

    [Fact]
    public void Every_fault_has_a_status_of_its_own() => Assert.DoesNotContain(
        StatusCodes.Status500InternalServerError, Enum.GetValues<ChatFault>().Select(ProblemMapping.StatusOf));

    [Fact]
    public void A_changed_key_says_so_in_its_title() => Assert.Contains(
        "key has changed",
        ProblemMapping.Describe(new ChatException(ChatFault.KeyMismatch, "A sentence.")).ProblemDetails.Title,
        StringComparison.OrdinalIgnoreCase);

    [Fact]
    public void An_unexpected_error_reveals_no_internals()
    {
        var problem = ProblemMapping.Describe(new InvalidOperationException("the password is swordfish"));

        Assert.Equal(500, problem.StatusCode);
        Assert.DoesNotContain("swordfish", problem.ProblemDetails.Detail, StringComparison.Ordinal);
        Assert.Empty(problem.ProblemDetails.Extensions);
    }
}
