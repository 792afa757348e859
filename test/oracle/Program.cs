// Asks a real .NET what the evaluator must answer. Reads cases.json, writes the answers in the same order.
// dotnet run --project test/oracle -- cases.json answers.json
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.VisualBasic;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var invariant = CultureInfo.InvariantCulture;
using var cases = JsonDocument.Parse(File.ReadAllText(args[0]));
var answers = new SortedDictionary<string, object>(StringComparer.Ordinal);

string Text(JsonElement row, int index) => index < row.GetArrayLength() ? row[index].GetString() ?? "" : "";
string Printed(DateTime date) => date.Ticks + " " + date.Kind;
string Units(string text) => string.Join(" ", text.Select(unit => ((int)unit).ToString("X4")));

// The kind of refusal matters, its English sentence does not.
string Answer(Func<string> ask)
{
    try { return "= " + ask(); }
    catch (FormatException) { return "! format"; }
    catch (RegexParseException) { return "! pattern"; }
    catch (CultureNotFoundException) { return "! culture"; }
    catch (ArgumentException) { return "! argument"; }
    // .NET's own interpreter overflows on some nested empty loops.
    catch (OverflowException) { return "! overflow"; }
}

void All(string name, Func<JsonElement, string> ask) =>
    answers[name] = cases.RootElement.GetProperty(name).EnumerateArray().Select(row => Answer(() => ask(row))).ToArray();

All("parseExact", row =>
{
    var styles = row.GetArrayLength() > 2
        ? Enum.Parse<DateTimeStyles>(Text(row, 2), true)
        : DateTimeStyles.RoundtripKind | DateTimeStyles.AllowLeadingWhite | DateTimeStyles.AllowTrailingWhite;
    return Printed(DateTime.ParseExact(Text(row, 0), Text(row, 1), invariant, styles));
});
All("formatDate", row => new DateTime(long.Parse(Text(row, 0)), Enum.Parse<DateTimeKind>(Text(row, 1))).ToString(Text(row, 2), invariant));
All("parseDate", row => DateTime.Parse(Text(row, 0), invariant, DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal).Ticks.ToString());
All("dateDiff", row => DateAndTime.DateDiff(Text(row, 0), DateTime.Parse(Text(row, 1), invariant), DateTime.Parse(Text(row, 2), invariant)).ToString());
All("dateAdd", row => Printed(DateAndTime.DateAdd(Text(row, 0), double.Parse(Text(row, 1), invariant), DateTime.Parse(Text(row, 2), invariant))));
All("regexReplace", row => Regex.Replace(Text(row, 1), Text(row, 0), Text(row, 2), RegexOptions.CultureInvariant));
All("regexMatch", row => Regex.IsMatch(Text(row, 1), Text(row, 0), RegexOptions.CultureInvariant).ToString());
All("titleCase", row => invariant.TextInfo.ToTitleCase(row.GetString()!.ToLowerInvariant()));
All("upper", row => CultureInfo.GetCultureInfo(Text(row, 1), true).TextInfo.ToUpper(Text(row, 0)));
All("lower", row => CultureInfo.GetCultureInfo(Text(row, 1), true).TextInfo.ToLower(Text(row, 0)));
All("fileTime", row => DateTime.FromFileTimeUtc(long.Parse(row.GetString()!)).ToString("M/d/yyyy h:mm:ss tt", invariant));

// Every unit of the basic plane that has another letter case: unit, upper, lower.
answers["letterCase"] = Enumerable.Range(0, 0x10000).Where(unit => !char.IsSurrogate((char)unit)).Select(unit => ((char)unit).ToString())
    .Where(one => one.ToUpperInvariant() != one || one.ToLowerInvariant() != one)
    .Select(one => $"{Units(one)} {Units(one.ToUpperInvariant())} {Units(one.ToLowerInvariant())}").ToArray();

// Which units a pattern without regard to letter case takes for equal.
var cased = string.Concat(Enumerable.Range(1, 0xFFFF).Where(unit => !char.IsSurrogate((char)unit)).Select(unit => (char)unit)
    .Where(one => char.ToUpperInvariant(one) != one || char.ToLowerInvariant(one) != one || char.GetUnicodeCategory(one) is UnicodeCategory.LowercaseLetter or UnicodeCategory.UppercaseLetter));
answers["ignoreCase"] = cased.Select(one => string.Concat(Regex.Matches(cased, "(?i)" + Regex.Escape(one.ToString()), RegexOptions.CultureInvariant).Select(found => found.Value)))
    .Where(group => group.Length > 1).Select(Units).Distinct().ToArray();

answers["blocks"] = cases.RootElement.GetProperty("blocks").EnumerateArray().Select(row => Answer(() =>
{
    var block = new Regex($"\\p{{{row.GetString()}}}");
    var units = Enumerable.Range(0, 0x10000).Where(unit => block.IsMatch(((char)unit).ToString())).ToArray();
    return $"{units.First():X4} {units.Last():X4} {units.Length}";
})).ToArray();

string Class(string pattern)
{
    var set = new Regex(pattern);
    var ranges = new List<string>();
    int start = -1;
    for (int unit = 0; unit <= 0x10000; unit++)
    {
        bool inside = unit < 0x10000 && set.IsMatch(((char)unit).ToString());
        if (inside && start < 0) start = unit;
        if (!inside && start >= 0) { ranges.Add($"{start:X4}-{unit - 1:X4}"); start = -1; }
    }
    return string.Join(" ", ranges);
}
answers["unassigned"] = new[] { Answer(() => Class("^\\p{Cn}$")) };
answers["classes"] = cases.RootElement.GetProperty("classes").EnumerateArray().Select(row => Answer(() => Class(row.GetString()!))).ToArray();

var options = new JsonSerializerOptions { WriteIndented = true, Encoder = JavaScriptEncoder.Default };
File.WriteAllText(args[1], JsonSerializer.Serialize(answers, options).ReplaceLineEndings("\n") + "\n");
