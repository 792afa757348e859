// Asks the parser of the Functions host for the next five times of each schedule, in UTC; null when it refuses.
using System.Text.Json;
using NCrontab;

var from = new DateTime(2026, 11, 24, 18, 0, 0, DateTimeKind.Utc);
var until = from.AddYears(12);
var expressions = JsonSerializer.Deserialize<string[]>(File.ReadAllText(args[0]))!;
var answers = new SortedDictionary<string, string[]?>(StringComparer.Ordinal);
foreach (var expression in expressions)
{
    var parts = expression.Split(new[] { ' ', '\t' }, StringSplitOptions.RemoveEmptyEntries);
    var options = new CrontabSchedule.ParseOptions { IncludingSeconds = parts.Length == 6 };
    var schedule = CrontabSchedule.TryParse(expression, options);
    answers[expression] = schedule?.GetNextOccurrences(from, until).Take(5).Select(at => at.ToString("yyyy-MM-ddTHH:mm:ssZ")).ToArray();
}
File.WriteAllText(args[1], JsonSerializer.Serialize(answers, new JsonSerializerOptions { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }) + "\n");
