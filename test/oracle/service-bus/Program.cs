// The .NET client, with which the real Functions host speaks, against the embedded broker: whatever differs here would work on
// this machine and not on Azure. Arguments: the connection string of a broker with the queues of infra/queues.json.
using System.Collections.Concurrent;
using Azure.Messaging.ServiceBus;

var failures = 0;
await using var client = new ServiceBusClient(args[0], new ServiceBusClientOptions
{
    RetryOptions = new ServiceBusRetryOptions { MaxRetries = 1, TryTimeout = TimeSpan.FromSeconds(10) },
});
const string Lanes = "user-changes";
const string Jobs = "sync-jobs";

async Task Try(string what, Func<Task> scenario)
{
    try
    {
        await scenario().WaitAsync(TimeSpan.FromSeconds(60));
        Console.WriteLine($"  ok      {what}");
    }
    catch (Exception error)
    {
        failures += 1;
        Console.WriteLine($"  FAILED  {what}: {error.GetType().Name}: {error.Message.Split('\n')[0]}");
    }
}

void Expect(bool holds, string what)
{
    if (!holds) throw new InvalidOperationException($"expected: {what}");
}

ServiceBusMessage Message(string id, string session) => new(BinaryData.FromString(id)) { MessageId = id, SessionId = session };

await Try("a batch is sent and received in order, in its session", async () =>
{
    await using var sender = client.CreateSender(Lanes);
    using var batch = await sender.CreateMessageBatchAsync();
    for (var index = 0; index < 50; index += 1) Expect(batch.TryAddMessage(Message($"b{index}", "batch")), "room in the batch");
    await sender.SendMessagesAsync(batch);
    await using var receiver = await client.AcceptSessionAsync(Lanes, "batch");
    var seen = new List<string>();
    while (seen.Count < 50)
    {
        var messages = await receiver.ReceiveMessagesAsync(20, TimeSpan.FromSeconds(5));
        Expect(messages.Count > 0, $"more than {seen.Count} messages");
        seen.AddRange(messages.Select((message) => message.MessageId));
        await Task.WhenAll(messages.Select((message) => receiver.CompleteMessageAsync(message)));
    }
    Expect(seen.SequenceEqual(Enumerable.Range(0, 50).Select((index) => $"b{index}")), "their order");
});

await Try("a session processor holds eight sessions at once, each in order", async () =>
{
    await using var sender = client.CreateSender(Lanes);
    for (var lane = 0; lane < 8; lane += 1)
        await sender.SendMessagesAsync(Enumerable.Range(0, 5).Select((index) => Message($"s{lane}-{index}", $"lane-{lane}")));
    int now = 0, peak = 0, done = 0;
    var order = new ConcurrentDictionary<string, ConcurrentQueue<string>>();
    var ended = new TaskCompletionSource();
    await using var processor = client.CreateSessionProcessor(Lanes, new ServiceBusSessionProcessorOptions { MaxConcurrentSessions = 8 });
    processor.ProcessErrorAsync += (error) => Task.CompletedTask;
    processor.ProcessMessageAsync += async (message) =>
    {
        var current = Interlocked.Increment(ref now);
        lock (order) peak = Math.Max(peak, current);
        order.GetOrAdd(message.SessionId, (_) => new()).Enqueue(message.Message.MessageId);
        await Task.Delay(200);
        Interlocked.Decrement(ref now);
        if (Interlocked.Increment(ref done) == 40) ended.SetResult();
    };
    await processor.StartProcessingAsync();
    await ended.Task.WaitAsync(TimeSpan.FromSeconds(40));
    await processor.StopProcessingAsync();
    Expect(peak == 8, $"eight at once, not {peak}");
    foreach (var (session, ids) in order) Expect(ids.SequenceEqual(ids.Order()), $"the order of {session}");
});

await Try("a message that fails is dead-lettered after its tenth delivery, with the reason", async () =>
{
    await using var sender = client.CreateSender(Jobs);
    await sender.SendMessageAsync(Message("poison", "job"));
    var deliveries = 0;
    await using var processor = client.CreateSessionProcessor(Jobs, new ServiceBusSessionProcessorOptions { MaxConcurrentSessions = 1 });
    processor.ProcessErrorAsync += (_) => Task.CompletedTask;
    processor.ProcessMessageAsync += (_) =>
    {
        Interlocked.Increment(ref deliveries);
        throw new InvalidOperationException("as it should");
    };
    await processor.StartProcessingAsync();
    await using var dead = client.CreateReceiver(Jobs, new ServiceBusReceiverOptions { SubQueue = SubQueue.DeadLetter });
    var message = await dead.ReceiveMessageAsync(TimeSpan.FromSeconds(30));
    await processor.StopProcessingAsync();
    Expect(message is { MessageId: "poison", DeadLetterReason: "MaxDeliveryCountExceeded" }, "the message among the dead letters");
    Expect(deliveries == 10, $"ten deliveries, not {deliveries}");
    try
    {
        await dead.DeadLetterMessageAsync(message);
        Expect(false, "a dead letter cannot be dead-lettered");
    }
    catch (ServiceBusException) { }
    catch (NotSupportedException) { }
    Expect((await dead.PeekMessageAsync(0))?.MessageId == "poison", "it is still there");
});

await Try("a schedule is kept, and can be taken back", async () =>
{
    await using var sender = client.CreateSender(Jobs);
    var number = await sender.ScheduleMessageAsync(Message("never", "timed"), DateTimeOffset.UtcNow.AddSeconds(2));
    await sender.CancelScheduledMessageAsync(number);
    await sender.ScheduleMessageAsync(Message("later", "timed"), DateTimeOffset.UtcNow.AddSeconds(3));
    var started = DateTimeOffset.UtcNow;
    await using var receiver = await client.AcceptSessionAsync(Jobs, "timed");
    var message = await receiver.ReceiveMessageAsync(TimeSpan.FromSeconds(10));
    Expect(message is { MessageId: "later", State: ServiceBusMessageState.Scheduled }, "the one that was not taken back");
    Expect(DateTimeOffset.UtcNow - started > TimeSpan.FromSeconds(2), "not before its time");
    await receiver.CompleteMessageAsync(message);
});

await Try("a session that is held cannot be accepted, and one without messages times out", async () =>
{
    await using var held = await client.AcceptSessionAsync(Jobs, "held");
    try
    {
        await client.AcceptSessionAsync(Jobs, "held");
        Expect(false, "SessionCannotBeLocked");
    }
    catch (ServiceBusException error) when (error.Reason == ServiceBusFailureReason.SessionCannotBeLocked) { }
    await held.SetSessionStateAsync(BinaryData.FromString("state"));
    Expect((await held.GetSessionStateAsync()).ToString() == "state", "the session's state");
    Expect((await held.RenewedUntilAsync()) > DateTimeOffset.UtcNow, "a renewed lock");
});

await Try("a queue that is not there is told as such, to senders and receivers", async () =>
{
    await using var sender = client.CreateSender("nowhere");
    await using var receiver = client.CreateReceiver("nowhere");
    foreach (var attempt in new Func<Task>[] { () => sender.SendMessageAsync(new("x")), () => receiver.ReceiveMessageAsync() })
    {
        try
        {
            await attempt();
            Expect(false, "MessagingEntityNotFound");
        }
        catch (ServiceBusException error) when (error.Reason == ServiceBusFailureReason.MessagingEntityNotFound) { }
    }
});

await Try("a message over 256 KB is refused", async () =>
{
    await using var sender = client.CreateSender(Jobs);
    try
    {
        await sender.SendMessageAsync(new(new BinaryData(new byte[300_000])) { SessionId = "big" });
        Expect(false, "MessageSizeExceeded");
    }
    catch (ServiceBusException error) when (error.Reason == ServiceBusFailureReason.MessageSizeExceeded) { }
});

return failures == 0 ? 0 : 1;

static class Locks
{
    public static async Task<DateTimeOffset> RenewedUntilAsync(this ServiceBusSessionReceiver receiver)
    {
        await receiver.RenewSessionLockAsync();
        return receiver.SessionLockedUntil;
    }
}
