using AspireChat.Bench;

// The private path beside the raw limit, in one run: see ../README.md.
var messages = args is [] ? 20_000 : int.Parse(args[0], System.Globalization.CultureInfo.InvariantCulture);
const int singles = 2_000;
const int length = 100;

Console.WriteLine($"{Environment.ProcessorCount} processors, {length}-byte texts, loopback; {singles:N0} one by one, then {messages:N0} at once");
var raw = await RawStream.MeasureAsync(singles, messages, length);
Console.WriteLine($"raw   {raw}");
var chat = await PrivatePath.MeasureAsync(singles, messages, length);
Console.WriteLine($"chat  {chat}");
Console.WriteLine($"chat/raw  p50 {chat.Median / raw.Median:0.00}, messages/s {chat.PerSecond / raw.PerSecond:0.000}");
