//! What an expression says that it reads.

use super::compiled;

#[test]
fn names_and_paths() {
    for (source, reads, paths) in [
        (
            "period_end >= period_start && filled(period_end)",
            "period_end period_start",
            "period_end period_start",
        ),
        ("1 + 1", "", ""),
        ("people.exists(p, p.id_no == name)", "people name", "people.id_no name"),
        ("people.exists(p, true)", "people", "people"),
        ("size(people) > 1", "people", "people"),
        ("people[0].name == 'x'", "people", "people.name"),
        (
            "people.filter(p, p.age > 1).map(q, q.name)",
            "people",
            "people.age people.name",
        ),
        ("people.map(p, p)", "people", "people"),
        (
            "people.exists(p, p.papers.exists(x, x.pages > 3))",
            "people",
            "people.papers.pages",
        ),
        (
            "app.applicant.unit == recommender.id",
            "app recommender",
            "app.applicant.unit recommender.id",
        ),
        ("filled(recommender)", "recommender", "recommender"),
        ("report.all(f, f.kind == 'pdf')", "report", "report.kind"),
        ("today > app.filed_on", "today app", "today app.filed_on"),
    ] {
        let expression = compiled(source);
        let joined = |ids: &[super::Id]| ids.iter().map(|id| &**id).collect::<Vec<_>>().join(" ");
        assert_eq!(joined(expression.reads()), reads, "{source}");
        assert_eq!(joined(expression.reads_paths()), paths, "{source}");
    }
}
