// Without Aspire's packages the system of AppHost.cs is started by this small host: same users, same arguments, same
// servers, Aspire's own dashboard.
using AspireChat.AppHost.Native;

return await NativeHost.RunAsync(args);
