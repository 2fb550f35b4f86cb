using AspireChat.Bench;
using AspireChat.Bench.Compare;
using AspireChat.Bench.Processes;
using AspireChat.Bench.Raw;

// The program starts itself again for the processes of a workload.
return args switch
{
    [RoleHost.Switch, var role] => await RoleHost.RunAsync(role),
    [EmptyApp.Switch, var address] => await EmptyApp.RunAsync(address),
    _ => await BenchOptions.InvokeAsync(args, BenchRun.RunAsync, CompareRun.RunAsync),
};
