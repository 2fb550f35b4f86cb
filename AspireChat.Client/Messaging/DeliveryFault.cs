using System.Data.Common;
using System.Net.Sockets;
using System.Threading.Channels;
using AspireChat.Client.Chat;
using Microsoft.Data.Sqlite;
using RabbitMQ.Client.Exceptions;

namespace AspireChat.Client.Messaging;

/// <summary>Whose fault it is that a delivery could not be handled.</summary>
internal static class DeliveryFault
{
    // A constraint broken, a value too large or of another type (https://www.sqlite.org/rescode.html).
    private const int TooBig = 18;
    private const int Constraint = 19;
    private const int Mismatch = 20;

    /// <summary>
    /// Whether it lies in what was delivered, so that trying again helps nothing; otherwise a disk, a server or the
    /// connection failed, which passes.
    /// </summary>
    public static bool IsIn(Exception e) => e switch
    {
        SqliteException { SqliteErrorCode: TooBig or Constraint or Mismatch } => true,
        DbException or IOException or UnauthorizedAccessException or SocketException or TimeoutException => false,
        OperationCanceledException or ObjectDisposedException or RabbitMQClientException or ChatException => false,
        ChannelClosedException or OutOfMemoryException => false,
        _ => true,
    };
}
