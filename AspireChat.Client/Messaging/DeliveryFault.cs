using System.Data.Common;
using System.Net.Sockets;
using System.Threading.Channels;
using Microsoft.Data.Sqlite;
using RabbitMQ.Client.Exceptions;

namespace AspireChat.Client.Messaging;

/// <summary>Decides what caused the failure to handle a delivery.</summary>
internal static class DeliveryFault
{
    // A value too large, a broken constraint, a value of another type (https://www.sqlite.org/rescode.html).
    private const int TooBig = 18;
    private const int Constraint = 19;
    private const int Mismatch = 20;

    /// <summary>
    /// Whether the cause is the delivery itself, so that a retry is useless; otherwise a disk, a server or the connection
    /// failed, which passes. An unknown fault counts as the delivery's: a bug in this program must not stop a queue forever.
    /// A batch with such a fault is therefore set aside and not dropped (docs/architecture.md).
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
